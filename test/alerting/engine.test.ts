import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import type { RuleDocumentInput } from '../../alerting/evaluate/document.ts';
import type { MetricGroup } from '../../model/sample.ts';
import { MemoryMetricStore } from '../../store/memory-metrics.ts';
import { type Bench, bench, closeBenches, compile, history, intents, kinds, live, restart } from './engine-bench.ts';
import { MINUTE, replay, rule, START, series, states, told } from './evaluate/scenario.ts';

describe('the engine of rules', () => {
  afterEach(closeBenches);

  describe('live evaluation', () => {
    test('a tick runs once its delay is over, not before', async () => {
      const b = await bench([rule()]);
      await b.metrics.append(series({}, '20'));
      await b.clock.advance(30_000);
      await b.engine.tick();
      assert.deepEqual(await kinds(b), []);
      await b.clock.advance(1);
      await b.engine.tick();
      await b.engine.tick();
      assert.deepEqual(await kinds(b), ['0 firing']);
    });

    test('live history equals a replay of the same data, over many groups and more ticks than one keyframe', async () => {
      const document = rule({
        group_by: ['topic'],
        for: '1m',
        keep_firing_for: '1m',
        repeat_interval: '3m',
        flapping: { window: 20, changes: 4 },
      });
      const wave = (i: number): string =>
        Array.from({ length: 90 }, (_, m) => ((m * (i + 3)) % 11 > 6 ? 20 : (m + i) % 13 === 0 ? '_' : 1)).join(' ');
      const samples = Array.from({ length: 12 }, (_, i) => series({ topic: `t${i}` }, wave(i))).flat();
      const b = await bench([document]);
      await b.metrics.append(samples);

      await live(b, 90);

      const replayed = await replay(document, samples, 90);
      assert.ok(replayed.notifications.length > 50);
      assert.deepEqual(await history(b), replayed);
      assert.deepEqual(
        (await b.engine.history('r', START + 70 * MINUTE, START + 72 * MINUTE)).ticks,
        replayed.ticks.slice(70, 73),
      );
    });

    test('alerts list what is pending or firing, with the labels of an alert', async () => {
      const b = await bench([rule({ group_by: ['topic'], labels: { team: 'dw' } })]);
      await b.metrics.append([...series({ topic: 'a' }, '20 20'), ...series({ topic: 'b' }, '1 1')]);
      await live(b, 2);
      const [alert, ...others] = b.engine.alerts();
      assert.equal(others.length, 0);
      assert.deepEqual(alert?.labels, { alertname: 'r', severity: 'warning', team: 'dw', topic: 'a' });
      assert.deepEqual([alert?.state, alert?.starts_at, alert?.values], ['firing', START, [20]]);
      const [intent] = await intents(b);
      assert.equal(intent?.episode, alert?.id);
      assert.equal(intent?.formula, '{0} 20 > 10');
    });

    test('rules that ask the same question share one query', async () => {
      let queries = 0;
      const metrics = new MemoryMetricStore();
      const reader = {
        names: () => metrics.names(),
        window: (query: Parameters<MemoryMetricStore['window']>[0]) => {
          queries++;
          return metrics.window(query);
        },
      };
      const b = await bench([rule({ name: 'a' }), rule({ name: 'b', condition: '{0} > 30' })], { reader });
      await metrics.append(series({}, '20'));
      await live(b, 1);
      assert.equal(queries, 1);
      assert.deepEqual(
        b.engine.alerts().map(alert => alert.labels['alertname']),
        ['a'],
      );
    });

    test('points that came after their tick are counted', async () => {
      const b = await bench([rule()]);
      await b.metrics.append(series({}, '1'));
      await live(b, 1);
      const late: MetricGroup[] = series({}, '5', 'lag', START - 10_000);
      b.engine.noteStored([
        ...late,
        ...series({}, '5', 'other', START - 10_000),
        ...series({}, '5', 'lag', START + MINUTE),
      ]);
      assert.equal(b.engine.lateAfterEval('r'), 1);
    });

    test('with re_evaluate late points correct the history, and nothing that was told', async () => {
      const b = await bench([rule({ re_evaluate: true }), rule({ name: 'plain' })]);
      await b.metrics.append(series({}, '1 1 20 1 1'));
      await live(b, 5);
      const told = await kinds(b);
      const late = series({}, '_ 30').map(group => ({ ...group, arrivedAt: b.clock.now() }));
      await b.metrics.append(late);
      b.engine.noteStored(late);
      await live(b, 1);

      const { ticks } = await history(b);
      assert.deepEqual(
        ticks.map(({ corrected }) => corrected?.groups),
        [undefined, [{ labels: {}, values: [30], result: true }], undefined, undefined, undefined, undefined],
      );
      assert.deepEqual(ticks[1]?.groups[0]?.values, [1]);
      assert.equal(states(await history(b)).slice(0, 5), 'iifii');
      assert.deepEqual(await kinds(b), told);
      assert.ok((await history(b, 'plain')).ticks.every(({ corrected }) => corrected === undefined));
      assert.equal(b.engine.suggestedDelay('r'), 4 * MINUTE);
      await live(b, 1);
      assert.equal((await history(b)).ticks.length, 7);
    });
  });

  describe('after a restart', () => {
    test('for, repeat and the cursor go on as if nothing had happened', async () => {
      const document = rule({ for: '2m', repeat_interval: '2m' });
      const samples = series({}, '20 20 20 20 20 20 1');
      const b = await bench([document]);
      await b.metrics.append(samples);
      for (let minute = 0; minute < 7; minute++) {
        await live(b, 1);
        await restart(b, [document]);
      }
      assert.deepEqual(told(await history(b)), told(await replay(document, samples, 7)));
      assert.deepEqual(await kinds(b), ['2 firing', '4 repeat', '6 resolved']);
    });

    test('six hours of downtime: every tick evaluated with its own T, notices coalesced and marked late', async () => {
      const document = rule({ group_by: ['topic'], schedule: '*/5 * * * *', window: '5m' });
      const long = (values: (m: number) => number): string =>
        Array.from({ length: 400 }, (_, m) => values(m)).join(' ');
      const samples = [
        ...series(
          { topic: 'came-and-went' },
          long(m => (m > 60 && m < 120 ? 20 : 1)),
        ),
        ...series(
          { topic: 'goes-on' },
          long(m => (m > 100 ? 20 : 1)),
        ),
        ...series(
          { topic: 'ended' },
          long(m => (m < 50 ? 20 : 1)),
        ),
      ];
      const b = await bench([document]);
      await b.metrics.append(samples);
      await live(b, 10);
      await b.clock.advance(6 * 60 * MINUTE);
      await restart(b, [document]);
      await live(b, 1);

      const replayed = await replay(document, samples, 371);
      assert.deepEqual((await history(b)).ticks, replayed.ticks);
      assert.deepEqual(await kinds(b), ['0 firing', '50 resolved late', '105 firing late']);
    });

    test('ticks older than a day are given up with a record of the gap', async () => {
      const document = rule({ schedule: '0 * * * *' });
      const b = await bench([document]);
      await live(b, 1);
      await b.clock.advance(50 * 60 * MINUTE);
      await b.engine.tick();
      const { ticks } = await history(b);
      assert.equal(ticks.filter(tick => tick.error === undefined).length, 1 + 24);
      assert.deepEqual(ticks[1], { t: START + 60 * MINUTE, error: { code: 'ticks-skipped' }, groups: [] });
    });

    test('what is left of a rule deleted meanwhile is ended', async () => {
      const b = await bench([rule()]);
      await b.metrics.append(series({}, '20'));
      await live(b, 1);
      await restart(b, []);
      assert.deepEqual((await kinds(b)).at(-1)?.split(' ').slice(1), ['resolved', 'deleted']);
      assert.deepEqual(await b.state.loadRuleStates(), []);
    });
  });

  describe('edits', () => {
    const edit = async (b: Bench, document: RuleDocumentInput): Promise<void> =>
      b.engine.upsert({ rule: compile(document), savedAt: b.clock.now() });

    test('a threshold edit that stays true says nothing, one that is false ends as edited', async () => {
      const document = rule({ keep_firing_for: '10m' });
      const b = await bench([document]);
      await b.metrics.append(series({}, '20 20 20 20'));
      await live(b, 1);
      await edit(b, { ...document, condition: '{0} > 15' });
      await live(b, 1);
      assert.deepEqual(await kinds(b), ['0 firing']);
      await edit(b, { ...document, condition: '{0} > 50' });
      await live(b, 1);
      assert.deepEqual(await kinds(b), ['0 firing', '2 resolved edited']);
    });

    test('a longer for leaves a firing alert firing', async () => {
      const b = await bench([rule()]);
      await b.metrics.append(series({}, '20 20 20'));
      await live(b, 1);
      await edit(b, rule({ for: '30m' }));
      await live(b, 1);
      assert.equal(states(await history(b)), 'ff');
    });

    for (const [sentence, change, reason] of [
      ['disabling', { enabled: false }, 'disabled'],
      ['another group_by', { group_by: ['topic'] }, 'group-by-changed'],
    ] as const) {
      test(`${sentence} ends alerts once, with the reason`, async () => {
        const b = await bench([rule()]);
        await b.metrics.append(series({}, '20'));
        await live(b, 1);
        await edit(b, rule(change as Partial<RuleDocumentInput>));
        await edit(b, rule(change as Partial<RuleDocumentInput>));
        await live(b, 1);
        assert.deepEqual(
          (await kinds(b)).map(kind => kind.split(' ').slice(1).join(' ')),
          ['firing', `resolved ${reason}`],
        );
      });
    }

    test('deleting ends alerts and forgets the state', async () => {
      const b = await bench([rule()]);
      await b.metrics.append(series({}, '20'));
      await live(b, 1);
      await b.engine.remove('r');
      assert.deepEqual(
        (await intents(b)).map(intent => [intent.kind, intent.reason]),
        [
          ['firing', undefined],
          ['resolved', 'deleted'],
        ],
      );
      assert.deepEqual(b.engine.alerts(), []);
      assert.deepEqual(await b.state.loadRuleStates(), []);
    });

    test('a re-enabled rule starts at the first tick after the save', async () => {
      const b = await bench([rule()]);
      await b.metrics.append(series({}, Array.from({ length: 20 }, () => 20).join(' ')));
      await live(b, 1);
      await edit(b, rule({ enabled: false }));
      await live(b, 5);
      await edit(b, rule());
      await live(b, 2);
      assert.deepEqual(
        (await history(b)).ticks.map(tick => (tick.t - START) / MINUTE),
        [0, 6, 7],
      );
    });
  });
});
