import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { createEngine, type Engine } from '../../alerting/engine.ts';
import type { FileRule } from '../../alerting/file-rule.ts';
import type { Intent } from '../../alerting/intent.ts';
import { createRuleService, type RuleService } from '../../alerting/rule-service.ts';
import { ManualClock } from '../../model/clock.ts';
import { UserError } from '../../model/errors.ts';
import { createTelemetry } from '../../model/telemetry.ts';
import { MemoryMetricStore } from '../../store/memory-metrics.ts';
import { openSqliteStateStore } from '../../store/sqlite/state-store.ts';
import type { StateStore } from '../../store/state-store.ts';
import { MINUTE, rule, START, series } from './evaluate/scenario.ts';

const opened: StateStore[] = [];
describe('the service of rules', () => {
  afterEach(async () => {
    for (const state of opened.splice(0)) await state.close();
  });

  interface Bench {
    readonly rules: RuleService;
    readonly engine: Engine;
    readonly clock: ManualClock;
    readonly metrics: MemoryMetricStore;
    readonly state: StateStore;
  }

  async function bench(files: readonly FileRule[] = [], from?: Bench): Promise<Bench> {
    const clock = from?.clock ?? new ManualClock(START + 10_000);
    const metrics = from?.metrics ?? new MemoryMetricStore();
    const state = from?.state ?? openSqliteStateStore({ path: ':memory:', clock });
    if (from === undefined) opened.push(state);
    const logger = { warn: () => undefined, error: () => undefined };
    const config = { delayMs: 30_000, maxWaitMs: 5 * MINUTE, metaReceivers: [] };
    const engine = createEngine({
      state,
      reader: metrics,
      watermark: () => Number.POSITIVE_INFINITY,
      clock,
      telemetry: createTelemetry(),
      logger,
      config,
    });
    const rules = createRuleService({ state, engine, reader: metrics, clock, logger, delayMs: 30_000 });
    await engine.start();
    await rules.start(files);
    return { rules, engine, clock, metrics, state };
  }

  async function live(b: Bench, minutes: number): Promise<void> {
    for (let i = 0; i < minutes * 6; i++) {
      await b.clock.advance(10_000);
      await b.engine.tick();
    }
  }

  async function kinds(b: Bench): Promise<string[]> {
    return (await b.state.openIntents()).map(({ body }) =>
      [(body as Intent).kind, (body as Intent).reason].filter(Boolean).join(' '),
    );
  }

  function refused(code: string, status: number): (error: unknown) => boolean {
    return error => error instanceof UserError && error.code === code && error.status === status;
  }

  describe('rules over the API', () => {
    test('a saved rule has an id, a version, its health and its next runs, and starts at the first tick after the save', async () => {
      const b = await bench();
      await b.metrics.append(series({}, '20 20 20'));
      const view = await b.rules.create(rule(), 'ann');
      assert.deepEqual(view.health, { state: 'ok' });
      assert.equal(view.next_runs[0], new Date(START + MINUTE).toISOString());
      assert.deepEqual(b.rules.get(view.id), view);

      await live(b, 2);

      const { ticks } = await b.engine.history(view.id, 0, START + 100 * MINUTE);
      assert.deepEqual(
        ticks.map(tick => tick.t),
        [START + MINUTE],
      );
      assert.deepEqual(await kinds(b), ['firing']);
    });

    test('rules survive a restart', async () => {
      const b = await bench();
      const view = await b.rules.create(rule(), 'ann');
      const again = await bench([], b);
      assert.deepEqual(again.rules.get(view.id), view);
    });

    test('an update needs the current version', async () => {
      const b = await bench();
      const first = await b.rules.create(rule(), 'ann');
      const second = await b.rules.update(first.id, rule({ condition: '{0} > 11' }), first.version, 'bob');
      assert.notEqual(second.version, first.version);
      await assert.rejects(b.rules.update(first.id, rule(), first.version, 'bob'), refused('version-conflict', 412));
      await assert.rejects(b.rules.remove(first.id, first.version, 'bob'), refused('version-conflict', 412));
      await assert.rejects(b.rules.update('nope', rule(), '1', 'bob'), refused('not-found', 404));
      assert.equal(b.rules.get(first.id).condition, '{0} > 11');
    });

    test('names are unique, but a rule may keep its own', async () => {
      const b = await bench();
      const view = await b.rules.create(rule(), 'ann');
      await assert.rejects(b.rules.create(rule(), 'ann'), refused('name-taken', 409));
      await b.rules.update(view.id, rule({ for: '1m' }), view.version, 'ann');
      assert.equal(b.rules.list().length, 1);
    });

    test('two saves of one name at the same moment: one of them is refused', async () => {
      const b = await bench();
      const results = await Promise.allSettled([b.rules.create(rule(), 'ann'), b.rules.create(rule(), 'bob')]);
      assert.deepEqual(
        results.map(result => result.status),
        ['fulfilled', 'rejected'],
      );
    });

    test('a bare name that would mix scopes is refused with the full names', async () => {
      const b = await bench();
      await assert.rejects(
        b.rules.create(rule({ metrics: [{ metric: 'numRecordsOut' }] }), 'ann'),
        (error: unknown) => {
          assert.ok(error instanceof UserError && error.code === 'ambiguous-metric');
          return (
            error.message.includes('flink.task.numRecordsOut') && error.message.includes('flink.operator.numRecordsOut')
          );
        },
      );
    });

    test('deleting ends the alerts; the audit says who did what', async () => {
      const b = await bench();
      await b.metrics.append(series({}, '20 20'));
      const view = await b.rules.create(rule(), 'ann');
      await live(b, 2);
      await b.rules.update(view.id, rule({ condition: '{0} > 12' }), view.version, 'bob');
      await b.rules.remove(view.id, null, 'eve');
      assert.deepEqual(await kinds(b), ['firing', 'resolved deleted']);
      assert.throws(() => b.rules.get(view.id), refused('not-found', 404));
      const { items } = await b.state.listAudit(10);
      const seen = items.map(item => item as { who: string; field: string; before: unknown; after: unknown });
      assert.deepEqual(seen.map(({ who, field }) => `${who} ${field}`).sort(), ['ann ', 'bob condition', 'eve ']);
      const change = seen.find(entry => entry.field === 'condition');
      assert.deepEqual([change?.before, change?.after], ['{0} > 10', '{0} > 12']);
    });

    test('a replay needs no saved rule and uses only the samples given', async () => {
      const b = await bench();
      await b.metrics.append(series({}, '1 1 1'));
      const request = { from: START, to: START + 2 * MINUTE, asOf: 'ideal' as const };
      const result = await b.rules.replay({ ...request, rule: { document: rule() }, samples: series({}, '1 20 1') });
      assert.deepEqual(
        result.notifications.map(({ kind, t }) => [kind, t]),
        [
          ['firing', START + MINUTE],
          ['resolved', START + 2 * MINUTE],
        ],
      );
      const { id } = await b.rules.create(rule(), 'ann');
      assert.deepEqual((await b.rules.replay({ ...request, rule: { id } })).notifications, []);
      await assert.rejects(b.rules.replay({ ...request, from: 0, rule: { id } }), refused('bad-request', 422));
    });
  });

  describe('versions of a rule', () => {
    test('list what it said, newest first, with who and when; a rollback saves an earlier text as a new version', async () => {
      const b = await bench();
      const first = await b.rules.create(rule(), 'ann');
      await b.clock.advance(MINUTE);
      const second = await b.rules.update(first.id, rule({ condition: '{0} > 11' }), first.version, 'bob');

      const back = await b.rules.rollback(first.id, first.version, null, 'eve');

      assert.equal(back.condition, '{0} > 10');
      const versions = await b.rules.versions(first.id);
      assert.deepEqual(
        versions.map(({ version, who, at, document }) => [version, who, at - START, document.condition]),
        [
          [back.version, 'eve', MINUTE + 10_000, '{0} > 10'],
          [second.version, 'bob', MINUTE + 10_000, '{0} > 11'],
          [first.version, 'ann', 10_000, '{0} > 10'],
        ],
      );
      await assert.rejects(b.rules.rollback(first.id, 'nope', null, 'eve'), refused('not-found', 404));
      await assert.rejects(
        b.rules.rollback(first.id, first.version, second.version, 'eve'),
        refused('version-conflict', 412),
      );
    });

    test('a rule of a file has them too, but is rolled back in its file', async () => {
      const file = (condition: string): FileRule => ({ file: 'lag.yaml', document: rule({ condition }) });
      const b = await bench([file('{0} > 1')]);
      const [{ id = '', version = '' } = {}] = b.rules.list();
      await b.rules.setFileRules([file('{0} > 2')]);
      assert.deepEqual(
        (await b.rules.versions(id)).map(({ who, document }) => [who, document.condition]),
        [
          ['lag.yaml', '{0} > 2'],
          ['', '{0} > 1'],
        ],
      );
      await assert.rejects(b.rules.rollback(id, version, null, 'ann'), refused('managed-by-file', 409));
    });

    test('only the newest 50 are kept', async () => {
      const b = await bench();
      let view = await b.rules.create(rule(), 'ann');
      for (let i = 0; i < 60; i++)
        view = await b.rules.update(view.id, rule({ condition: `{0} > ${i}` }), view.version, 'ann');
      const versions = await b.rules.versions(view.id);
      assert.deepEqual([versions.length, versions[0]?.document.condition], [50, '{0} > 59']);
    });
  });

  describe('generated rules', () => {
    const wanted = (condition = '{0} > 10') => [rule({ name: 'lag of jobs', condition })];
    const view = (b: Bench) => b.rules.list().find(r => r.name === 'lag of jobs');

    test('are listed with their origin, evaluated, changed and ended as the source says, and cost nothing when it repeats itself', async () => {
      const b = await bench();
      await b.metrics.append(series({}, '20 20 20 20'));
      assert.deepEqual(await b.rules.setGeneratedRules('jobs', wanted()), {
        added: 1,
        changed: 0,
        removed: 0,
        refused: [],
      });
      await live(b, 2);
      const first = view(b);
      assert.deepEqual([first?.origin, first?.source, first?.overridden], ['generated', 'jobs', false]);
      assert.deepEqual(await kinds(b), ['firing']);
      assert.deepEqual(await b.rules.setGeneratedRules('jobs', wanted()), {
        added: 0,
        changed: 0,
        removed: 0,
        refused: [],
      });
      assert.equal((await b.rules.setGeneratedRules('jobs', wanted('{0} > 12'))).changed, 1);
      assert.equal(view(b)?.condition, '{0} > 12');
      assert.equal((await b.rules.setGeneratedRules('reports', [])).removed, 0);
      assert.equal((await b.rules.setGeneratedRules('jobs', [])).removed, 1);
      assert.equal(view(b), undefined);
      assert.deepEqual(await kinds(b), ['firing', 'resolved deleted']);
    });

    test('go on after a restart, before their source speaks again', async () => {
      const b = await bench();
      await b.metrics.append(series({}, '20 20 20 20 20'));
      await b.rules.setGeneratedRules('jobs', wanted());
      await live(b, 2);
      const again = await bench([], b);
      await live(again, 2);
      assert.deepEqual(await kinds(again), ['firing']);
      assert.equal((await again.rules.setGeneratedRules('jobs', wanted())).changed, 0);
    });

    test('a change is an override that outlives what the source says, until the rule is restored', async () => {
      const b = await bench();
      await b.rules.setGeneratedRules('jobs', wanted());
      const { id = '', version = '' } = view(b) ?? {};
      await assert.rejects(b.rules.update(id, wanted()[0], 'old', 'ann'), refused('version-conflict', 412));

      const changed = await b.rules.update(id, rule({ name: 'lag of jobs', condition: '{0} > 99' }), version, 'ann');
      assert.equal(changed.overridden, true);
      await b.rules.setGeneratedRules('jobs', wanted('{0} > 12'));
      assert.equal(view(b)?.condition, '{0} > 99');
      const again = await bench([], b);
      assert.equal(view(again)?.condition, '{0} > 99');

      const restored = await again.rules.restore(id, 'ann');
      assert.deepEqual([restored.condition, restored.overridden], ['{0} > 12', false]);
      const back = await again.rules.rollback(id, changed.version, null, 'ann');
      assert.deepEqual([back.condition, back.overridden], ['{0} > 99', true]);
    });

    test('a deletion is an opt-out: the source cannot bring the rule back, people can', async () => {
      const b = await bench();
      await b.metrics.append(series({}, '20 20 20 20'));
      await b.rules.setGeneratedRules('jobs', wanted());
      await live(b, 2);
      const { id = '' } = view(b) ?? {};
      await b.rules.remove(id, null, 'ann');
      assert.deepEqual(await kinds(b), ['firing', 'resolved deleted']);
      assert.deepEqual(b.rules.optedOut(), [{ id, name: 'lag of jobs', source: 'jobs' }]);
      await b.rules.setGeneratedRules('jobs', wanted('{0} > 13'));
      const again = await bench([], b);
      assert.equal(view(again), undefined);
      assert.equal((await again.rules.restore(id, 'ann')).condition, '{0} > 13');
      assert.deepEqual(again.rules.optedOut(), []);
    });

    test('what cannot be taken is answered with its reason, the rest is taken', async () => {
      const b = await bench();
      await b.rules.create(rule({ name: 'mine' }), 'ann');
      const outcome = await b.rules.setGeneratedRules('jobs', [
        rule({ name: 'mine' }),
        rule({ name: 'bad', condition: '{0} >' }),
        ...wanted(),
        ...wanted(),
      ]);
      assert.equal(outcome.added, 1);
      assert.deepEqual(
        outcome.refused.map(({ name }) => name),
        ['mine', 'bad', 'lag of jobs'],
      );
      assert.match(outcome.refused[1]?.reason ?? '', /condition/);
    });

    test('a rule of a file takes the name of a generated one', async () => {
      const b = await bench();
      await b.rules.setGeneratedRules('jobs', wanted());
      await b.rules.setFileRules([{ file: 'f.yaml', document: wanted('{0} > 5')[0] }]);
      assert.deepEqual(
        b.rules.list().map(({ origin, condition }) => [origin, condition]),
        [['file', '{0} > 5']],
      );
      assert.equal((await b.rules.setGeneratedRules('jobs', wanted())).refused.length, 1);
    });
  });

  describe('rules from files', () => {
    const file = (changes = {}): FileRule => ({
      file: 'rules/lag.yaml',
      document: rule({ name: 'from-file', ...changes }),
    });

    test('they cannot be changed over the API, and keep their state over a restart', async () => {
      const b = await bench([file()]);
      await b.metrics.append(series({}, '20 20 20 20 20'));
      await live(b, 2);
      const [view] = b.rules.list();
      assert.equal(view?.file, 'rules/lag.yaml');
      await assert.rejects(
        b.rules.update(view?.id ?? '', rule(), view?.version ?? '', 'ann'),
        refused('managed-by-file', 409),
      );
      await assert.rejects(b.rules.remove(view?.id ?? '', null, 'ann'), refused('managed-by-file', 409));
      const again = await bench([file()], b);
      await live(again, 2);
      assert.deepEqual(await kinds(again), ['firing']);
    });

    test('a reload takes changed ones over, ends those that are gone, and refuses a bad one as a whole', async () => {
      const b = await bench([file()]);
      await b.metrics.append(series({}, '20 20 20 20 20'));
      await live(b, 2);
      await assert.rejects(
        b.rules.setFileRules([file(), file({ name: 'bad', condition: '{0} >' })]),
        /rules\/lag.yaml rule "bad": condition/,
      );
      assert.equal(b.rules.list().length, 1);
      await b.rules.setFileRules([file({ condition: '{0} > 15' })]);
      assert.equal(b.rules.list()[0]?.condition, '{0} > 15');
      assert.deepEqual(await kinds(b), ['firing']);
      await b.rules.setFileRules([]);
      assert.deepEqual(await kinds(b), ['firing', 'resolved deleted']);
    });

    test('a check of rules from files throws what taking them over would, and changes nothing', async () => {
      const b = await bench([file()]);
      await b.rules.create(rule(), 'ann');

      assert.throws(() => b.rules.checkFileRules([file({ name: rule().name })]), refused('name-taken', 409));
      b.rules.checkFileRules([file({ name: 'other' })]);

      assert.deepEqual(
        b.rules
          .list()
          .map(r => r.name)
          .sort(),
        ['from-file', rule().name].sort(),
      );
    });

    test('at start a rule of a file goes before a saved one of its name, and the others are evaluated', async () => {
      const first = await bench();
      await first.rules.create(rule({ name: 'from-file' }), 'ann');
      await first.rules.create(rule({ name: 'saved' }), 'ann');

      const b = await bench([file()], first);

      assert.deepEqual(
        b.rules.list().map(r => [r.name, r.file !== undefined]),
        [
          ['from-file', true],
          ['saved', false],
        ],
      );
    });
  });
});
