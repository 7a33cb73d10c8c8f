/** Generates the rules of jobs where evaluation runs: at its start, and soon after the estate has changed. */
import type { Logger } from 'pino';
import { JobRuleKeeper } from '../alerting/generated/job-rule-keeper.ts';
import type { GeneratedEstate } from '../alerting/generated/job-rules.ts';
import { parseGeneratedSettings } from '../alerting/generated/settings.ts';
import type { RuleService } from '../alerting/rule-service.ts';
import type { LineageService } from '../lineage/service.ts';
import type { Clock } from '../model/clock.ts';
import type { StateStore } from '../store/state-store.ts';
import type { AppConfig } from './config.ts';

/** Changes of the estate come in bursts: rules follow this much later, ms. */
const SETTLE_MS = 5000;

export interface GeneratedRulesParts {
  readonly config: () => AppConfig;
  readonly rules: RuleService;
  readonly lineage: LineageService;
  readonly state: StateStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface GeneratedJobRules {
  readonly keeper: JobRuleKeeper;
  stop(): void;
}

/** Rejects with `StoreAwayError`. */
export async function startGeneratedRules(parts: GeneratedRulesParts): Promise<GeneratedJobRules> {
  const { config, rules, lineage, state, clock, logger } = parts;
  const keeper = new JobRuleKeeper({
    rules,
    estate: () => estateOf(lineage),
    fileSettings: () => parseGeneratedSettings(config().alerting.generated),
    state,
    clock,
    logger,
  });
  await keeper.start();
  let cancel: (() => void) | null = null;
  const refresh = (): void => {
    cancel = null;
    keeper.refresh().catch(error => logger.warn({ err: error }, 'generated rules could not be brought up to date'));
  };
  const forget = lineage.onChange(() => {
    cancel ??= clock.after(SETTLE_MS, refresh);
  });
  return {
    keeper,
    stop() {
      forget();
      cancel?.();
    },
  };
}

function estateOf(lineage: LineageService): GeneratedEstate {
  const jobs = lineage.jobs().map(({ name, owner }) => ({ name, owner: owner ?? '' }));
  const promised = lineage
    .reports()
    .flatMap(({ name, slo }) => (slo === undefined ? [] : [{ name, limitMs: slo.ageMs }]));
  return { jobs, reports: promised };
}
