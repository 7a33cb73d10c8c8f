import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type CapturedEstate, STORES, type StoreName } from './estate.ts';

interface Replay {
  readonly ticks: readonly { readonly t: number; readonly error?: object; readonly groups: readonly object[] }[];
  readonly notifications: readonly {
    readonly t: number;
    readonly kind: string;
    readonly labels: Readonly<Record<string, string>>;
  }[];
}

/** A rule on one metric of one job, judged every ten seconds over what the last 30 s brought. */
function rule(metric: string, job: string): object {
  return {
    name: `${metric} of ${job}`,
    schedule: '*/10 * * * * *',
    window: '30s',
    group_by: ['job'],
    matchers: { job },
    metrics: [{ metric, op: 'MAX' }],
    condition: '{0} > 10000',
  };
}

/** What rules would have done during the captured run, judged by /rules/replay. */
export function ruleTests(estate: () => CapturedEstate): void {
  describe('rules replayed over the captured run', () => {
    const replay = async (store: StoreName, metric: string, job: string): Promise<Replay> => {
      const { daemons, capture } = estate();
      const request = { rule: rule(metric, job), from: capture.at(-30), to: capture.at(325) };
      const { status, body } = await daemons[store].post<Replay>('/api/v1/rules/replay', request);
      assert.equal(status, 200, JSON.stringify(body));
      return body;
    };

    for (const { metric, job, sentence, firing, resolved } of [
      {
        metric: 'pendingRecords',
        job: 'cdo_filter_job',
        sentence: 'fires in the lag burst and resolves after it',
        firing: [60, 120],
        resolved: [120, 160],
      },
      {
        metric: 'lag',
        job: 'cdo_window_agg',
        sentence: 'fires in the back-pressure phase and resolves after it',
        firing: [180, 270],
        resolved: [270, 310],
      },
    ] as const) {
      for (const store of STORES) {
        test(`${metric} of ${job} ${sentence}, on ${store}`, async () => {
          const { capture } = estate();

          const { ticks, notifications } = await replay(store, metric, job);

          assert.ok(ticks.length >= 35 && ticks.every(tick => tick.error === undefined));
          assert.deepEqual(
            notifications.map(({ kind, labels }) => [kind, labels]),
            [
              ['firing', { job }],
              ['resolved', { job }],
            ],
          );
          const [begun = 0, ended = 0] = notifications.map(({ t }) => capture.second(t));
          assert.ok(begun > firing[0] && begun <= firing[1], `fires at second ${begun}`);
          assert.ok(ended > resolved[0] && ended <= resolved[1], `resolves at second ${ended}`);
        });
      }

      test(`${metric} of ${job}: every tick and notification the same on all stores`, async () => {
        const [first, ...others] = await Promise.all(STORES.map(store => replay(store, metric, job)));

        for (const other of others) assert.deepEqual(other, first);
      });
    }

    test('a rule on the pendingRecords of the back-pressured job would have slept through it', async () => {
      for (const store of STORES) {
        const { notifications } = await replay(store, 'pendingRecords', 'cdo_window_agg');

        assert.deepEqual(notifications, []);
      }
    });
  });
}
