import { systemClock } from '../../model/clock.ts';
import { clustersToPoll } from '../clusters.ts';
import type { AppConfig } from '../config.ts';
import { createLogger } from '../logger.ts';
import type { Finding } from './doctor.ts';

/** Whether each cluster whose offsets are polled answers, with its login, and how much is there. */
export async function checkClusters(config: AppConfig): Promise<readonly Finding[]> {
  const plan = clustersToPoll(config, { clusterOf: () => null, clock: systemClock, log: createLogger('silent') });
  return Promise.all(
    plan.map(async ({ cluster: { title, pollMs }, open }) => {
      const name = `cluster ${title}`;
      const brokers = open();
      try {
        const [topics, groups] = [await brokers.topics(new Set()), await brokers.groups()];
        const detail = `${topics.size} topics, ${groups.length} consumer groups; polled every ${pollMs / 1000} s`;
        return { name, ok: true, detail };
      } catch (error) {
        return { name, ok: false, detail: `its offsets cannot be polled: ${(error as Error).message}` };
      } finally {
        await brokers.close().catch(() => undefined);
      }
    }),
  );
}
