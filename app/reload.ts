import { Secret } from '../model/secret.ts';
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
  return FIXED.filter(key => textOf(fixedPart(before, key)) !== textOf(fixedPart(after, key)));
}

function fixedPart(config: AppConfig, key: (typeof FIXED)[number]): unknown {
  if (key !== 'alerting') return config[key];
  return { delay: config.alerting.delay, max_wait: config.alerting.max_wait };
}

/** Equal texts mean equal settings. Holds secrets, which JSON would all print alike: only to be compared. */
function textOf(settings: unknown): string | undefined {
  return JSON.stringify(settings, function reveal(this: Record<string, unknown>, key: string, value: unknown) {
    const original = this[key];
    return original instanceof Secret ? original.reveal() : value;
  });
}
