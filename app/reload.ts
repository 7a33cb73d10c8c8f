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
  'retention',
  'metrics',
  'redaction',
  'alerting',
] as const;

/** Which of them differ between two configurations; much of `alerting` may, how `clusters` are polled, and how long data is kept. */
export function restartNeeded(before: AppConfig, after: AppConfig): string[] {
  return FIXED.filter(key => settingsText(fixedPart(before, key)) !== settingsText(fixedPart(after, key)));
}

function fixedPart(config: AppConfig, key: (typeof FIXED)[number]): unknown {
  if (key === 'alerting') return { delay: config.alerting.delay, max_wait: config.alerting.max_wait };
  if (key === 'retention') return config.retention.ended_jobs;
  // The graph was built with these names; how each cluster is polled may change.
  if (key === 'clusters') return Object.entries(config.clusters).map(([name, { brokers }]) => [name, brokers]);
  return config[key];
}

/** Equal texts mean equal settings. Holds secrets, which JSON would all print alike: only to be compared. */
export function settingsText(settings: unknown): string | undefined {
  return JSON.stringify(settings, function reveal(this: Record<string, unknown>, key: string, value: unknown) {
    const original = this[key];
    return original instanceof Secret ? original.reveal() : value;
  });
}
