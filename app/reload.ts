import type { AppConfig } from './config.ts';

/** Keys that only a restart can change; the rest is taken over on SIGHUP. */
const FIXED = [
  'http',
  'data_dir',
  'roles',
  'kafka',
  'clusters',
  'elasticsearch',
  'metrics',
  'redaction',
  'alerting',
] as const;

/** Which of them differ between two configurations; `alerting.rules` and `alerting.meta_receivers` may. */
export function restartNeeded(before: AppConfig, after: AppConfig): string[] {
  return FIXED.filter(key => JSON.stringify(fixedPart(before, key)) !== JSON.stringify(fixedPart(after, key)));
}

function fixedPart(config: AppConfig, key: (typeof FIXED)[number]): unknown {
  if (key !== 'alerting') return config[key];
  return { delay: config.alerting.delay, max_wait: config.alerting.max_wait };
}
