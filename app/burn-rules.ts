/** Keeps the generated burn-rate rules in step with the reports and their objectives. */
import type { Logger } from 'pino';
import type { RuleService } from '../alerting/rule-service.ts';
import { burnRules } from '../lineage/objectives/burn-rules.ts';
import type { LineageService } from '../lineage/service.ts';
import type { Clock } from '../model/clock.ts';
import { repeat } from '../model/repeat.ts';

const SOURCE = 'objectives';
/** Reports change rarely, the graph often: it is looked this often whether they have. */
const LOOK_MS = 5000;

export interface BurnRuleParts {
  readonly rules: Pick<RuleService, 'setGeneratedRules'>;
  readonly lineage: Pick<LineageService, 'reports'>;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
}

/** Hands in the rules now and whenever the reports change. `stop` waits for what is under way. */
export async function startBurnRules({ rules, lineage, clock, logger }: BurnRuleParts): Promise<{
  stop(): Promise<void>;
}> {
  let known = '';
  async function follow(): Promise<void> {
    const documents = burnRules(lineage.reports());
    const text = JSON.stringify(documents);
    if (text === known) return;
    try {
      const { refused } = await rules.setGeneratedRules(SOURCE, documents);
      known = text;
      if (refused.length > 0)
        logger.warn({ refused: refused.slice(0, 10), count: refused.length }, 'burn-rate rules not taken');
    } catch (error) {
      logger.warn({ err: error }, 'burn-rate rules could not be kept, will be repeated');
    }
  }
  await follow();
  const following = repeat(clock, LOOK_MS, follow);
  following.start();
  return following;
}
