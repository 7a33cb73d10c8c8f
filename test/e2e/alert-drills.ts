/**
 * Bar 2 of alerting, for real: a daemon killed with SIGKILL at random points between evaluation, outbox and delivery. Every firing and every
 * resolve reaches the receiver, repeats carry the same key, and what was silenced, acknowledged or inhibited stays so. On either store. Many more
 * kills: `bench/alert-drills.ts`.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { AlertDrill, faults, RULE, somewhere } from '../support/alert-drill.ts';
import { scratchDir } from '../support/daemon.ts';
import { until } from '../support/until.ts';

const JOBS = ['job-1', 'job-2', 'job-3'];
/** A tick, its flush and its delivery lie within this. */
const SPAN_MS = 1500;
const SECOND = 1000;
/** Half a minute on a machine that does nothing else. */
const LIMIT = { timeout: 400_000 };

interface Delivery {
  readonly alerts: readonly { readonly labels: Readonly<Record<string, string>> }[];
  readonly withheld?: { readonly reason: string };
}

/** Declares the drills on one store, two kills a round of the first; `more` configures the store and is asked when its server runs. */
export function alertDrills(store: string, rounds: number, more: () => object): void {
  describe(`on ${store}`, () => {
    let drill: AlertDrill;
    before(async () => {
      drill = await AlertDrill.start(scratchDir(), more());
      assert.equal((await drill.daemon.post('/api/v1/rules', RULE)).status, 201);
    }, LIMIT);
    after(() => drill?.stop());

    /** Deliveries of one status about a job. */
    const listed = async (status: string, job: string): Promise<readonly Delivery[]> => {
      const { items } = await drill.daemon.get<{ items: Delivery[] }>(`/api/v1/deliveries?status=${status}&limit=500`);
      return items.filter(({ alerts }) => alerts.some(({ labels }) => labels['job'] === job));
    };
    const send = async (path: string, body: object): Promise<Record<string, string>> => {
      const { status, body: answer } = await drill.daemon.post<Record<string, string>>(`/api/v1/${path}`, body);
      assert.ok(status < 300, JSON.stringify(answer));
      return answer;
    };

    test('killed at random points: every firing and resolve arrives, under one key', LIMIT, async t => {
      for (let round = 1; round <= rounds; round++) {
        await drill.report(9, JOBS);
        await somewhere(SPAN_MS, Math.random);
        await drill.kill();
        await drill.hears('firing', JOBS, round);
        await drill.report(1, JOBS);
        await somewhere(SPAN_MS, Math.random);
        await drill.kill();
        await drill.hears('resolved', JOBS, round);
      }
      t.diagnostic(`${drill.kills} kills, ${drill.sink.requests.length} requests`);
      assert.deepEqual(faults(drill.told()), []);
    });

    test('a silence, an acknowledgement and an inhibition hold across a kill', LIMIT, async () => {
      const before = drill.told().length;
      const since = (job: string): readonly string[] =>
        drill
          .told()
          .slice(before)
          .flatMap(told => (told.job === job ? told.status : []));
      const hour = { starts_at: Date.now() - SECOND, ends_at: Date.now() + 3600 * SECOND };
      const silence = await send('silences', { matchers: { job: 'job-silent' }, ...hour, comment: 'drill' });
      await send('inhibitions', { source_matchers: { job: 'job-cause' }, target_matchers: { job: 'job-effect' } });
      await send('rules', { ...RULE, name: 'again', repeat_interval: '1s', matchers: { job: 'job-taken' } });
      await drill.report(9, ['job-silent', 'job-cause', 'job-effect', 'job-taken']);
      await until(
        'the cause and what repeats are told',
        () => since('job-cause').length > 0 && since('job-taken').length > 3,
      );
      const { items } = await drill.daemon.get<{ items: { id: string; labels: Record<string, string> }[] }>(
        '/api/v1/alerts',
      );
      for (const { id, labels } of items)
        if (labels['job'] === 'job-taken') await send(`alerts/${id}/ack`, { by: 'han' });
      // What was on its way before the acknowledgement may still arrive, and after a kill arrive again.
      await until('repeats are kept quiet, and none is on its way', async () => {
        const suppressed = await listed('suppressed', 'job-taken');
        const open = [...(await listed('pending', 'job-taken')), ...(await listed('retrying', 'job-taken'))];
        return suppressed.length > 0 && open.length === 0;
      });

      await drill.kill();
      const told = since('job-taken').length;
      await delay(5 * SECOND);

      assert.equal(since('job-taken').length, told, 'no repeat after the acknowledgement');
      assert.deepEqual([since('job-silent'), since('job-effect')], [[], []]);
      assert.equal((await drill.daemon.ask('DELETE', `/api/v1/silences/${silence['id']}`)).status, 204);
      await until('what was silenced is told', () => since('job-silent').length === 1);
      await drill.report(1, ['job-cause']);
      await until('what was inhibited is told', () => since('job-effect').length === 1);
      await delay(3 * SECOND);
      assert.deepEqual([since('job-silent'), since('job-effect')], [['firing'], ['firing']], 'once');

      const reasons = async (job: string): Promise<string[]> => [
        ...new Set((await listed('suppressed', job)).flatMap(({ withheld }) => withheld?.reason ?? [])),
      ];
      assert.deepEqual(await Promise.all(['job-silent', 'job-effect', 'job-taken'].map(reasons)), [
        ['silenced'],
        ['inhibited'],
        ['acked'],
      ]);
    });
  });
}
