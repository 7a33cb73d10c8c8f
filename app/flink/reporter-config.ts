import { parseFlinkDuration } from '../../model/duration.ts';
import { LISTENER_FACTORY, REPORTER_FACTORY } from './config-fragment.ts';

/** Our reporter as a cluster's configuration has it. */
export interface ConfiguredReporter {
  readonly name: string;
  /** False when `metrics.reporters` names others only. */
  readonly isActive: boolean;
  readonly topic: string;
  readonly intervalMs: number;
}

const DEFAULT_INTERVAL_MS = 10_000;

/** The reporter in a configuration, whatever name it was given there; null without one. */
export function configuredReporter(config: ReadonlyMap<string, string>): ConfiguredReporter | null {
  for (const [key, value] of config) {
    const name = /^metrics\.reporter\.(.+)\.factory\.class$/.exec(key)?.[1];
    if (name === undefined || value !== REPORTER_FACTORY) continue;
    const active = config.get('metrics.reporters');
    return {
      name,
      isActive: active === undefined || active.split(/\s*[,;]\s*/).includes(name),
      topic: config.get(`metrics.reporter.${name}.topic`) ?? 'tidewatch.metrics',
      intervalMs: parseFlinkDuration(config.get(`metrics.reporter.${name}.interval`)) ?? DEFAULT_INTERVAL_MS,
    };
  }
  return null;
}

/** Whether the lineage listener is among the cluster's job listeners. */
export function hasListener(config: ReadonlyMap<string, string>): boolean {
  return (config.get('execution.job-status-changed-listeners') ?? '').includes(LISTENER_FACTORY);
}
