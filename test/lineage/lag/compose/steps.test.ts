/** Between two samples a reader of committed records moves in steps, and so does what it writes. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { StepGraph } from '../../../../lineage/lag/compose/step-graph.ts';
import { TopicSteps } from '../../../../lineage/lag/compose/steps.ts';
import { type GraphIndex, indexGraph } from '../../../../lineage/lag/freshness.ts';
import type { Hop } from '../../../../lineage/lag/hop-graph.ts';
import { OffsetTables } from '../../../../lineage/lag/offsets.ts';
import { Curve } from '../../../../lineage/lag/tables/curve.ts';
import { addRow } from '../../../../lineage/lag/tables/offset-intake.ts';

const SECOND = 1000;

/** A curve of [seconds, value] samples. */
function curve(...samples: readonly (readonly [seconds: number, x: number])[]): Curve {
  const made = new Curve();
  for (const [seconds, x] of samples) made.put(seconds * SECOND, x);
  return made;
}

/** Checkpoints of [completion, barrier] in seconds. */
function commits(...all: readonly (readonly [completed: number, barrier: number])[]): Curve {
  return curve(...all.map(([completed, barrier]) => [completed, barrier * SECOND] as const));
}

/** Ten records a second come in; committed as of 60 s at 70 s, as of 120 s at 130 s. */
const ENDS = curve([0, 0], [30, 300], [60, 600], [90, 900], [120, 1200], [150, 1500]);
const COMMITTED = new TopicSteps([commits([10, 0], [70, 60], [130, 120])], null, []);
/** Reads 100 records a second from each commit on; seen every 30 s. */
const READER = curve([30, 0], [60, 0], [90, 600], [120, 600], [150, 1200]);

function seconds(t: number): number {
  return Math.round(t / 100) / 10;
}

describe('a reader of committed records between two samples', () => {
  const cases: readonly (readonly [sentence: string, at: number, position: number])[] = [
    ['stands until the commit', 65, 0],
    ['reads at twice the rate it must have had at least, seen only when it was done', 71, 60],
    ['stands at the barrier once it has read up to it', 100, 600],
    ['stands there until the next commit', 129, 600],
    ['and then goes on', 131, 660],
  ];
  for (const [sentence, at, position] of cases) {
    test(sentence, () => {
      assert.equal(Math.round(COMMITTED.positionAt(READER, ENDS, at * SECOND) ?? Number.NaN), position);
    });
  }

  test('moves in a straight line where no commit is known', () => {
    assert.equal(new TopicSteps([], null, []).positionAt(READER, ENDS, 75 * SECOND), 300);
    assert.equal(new TopicSteps(null, null, []).positionAt(READER, ENDS, 75 * SECOND), 300);
  });

  test('is not known before its first sample and after its last', () => {
    assert.equal(COMMITTED.positionAt(READER, ENDS, 29 * SECOND), null);
    assert.equal(COMMITTED.positionAt(READER, ENDS, 151 * SECOND), null);
  });

  test('one leap over what a restart undid is not its rate', () => {
    const leaped = curve([30, 0], [60, 0], [90, 600], [120, 600], [150, 1200], [151, 9000]);
    assert.equal(COMMITTED.rateOf(leaped, ENDS), COMMITTED.rateOf(READER, ENDS));
  });

  test('never leaves what its samples say', () => {
    const steps = fc.array(fc.nat(500), { minLength: 6, maxLength: 6 });
    const done = fc.uniqueArray(fc.integer({ min: 1, max: 149 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(steps, done, fc.integer({ min: 30, max: 150 }), (read, completed, at) => {
        let x = 0;
        const positions = curve(...read.map((more, i) => [i * 30, (x += more)] as const));
        const all = completed.sort((a, b) => a - b).map(c => [c, Math.max(0, c - 10)] as const);
        const position = new TopicSteps([commits(...all)], null, []).positionAt(positions, ENDS, at * SECOND);
        const i = positions.indexAt(at * SECOND);
        assert.ok(position !== null && position >= positions.valueOf(i));
        assert.ok(position <= positions.valueOf(Math.min(i + 1, positions.length - 1)));
      }),
    );
  });
});

describe('a topic whose only writer reads committed records', () => {
  /** `etl` takes from `ods` what `ingest` commits and writes it to `dwd` at once. */
  function estate(changes: Partial<Hop> = {}): { steps: StepGraph; tables: OffsetTables; graph: GraphIndex } {
    const plain = { windowMs: null, allowedOooMs: 0, delivery: 'at_least_once' } as const;
    const graph = indexGraph({
      hops: [
        { ...plain, hop: 'ingest', inputs: ['raw'], output: 'ods', delivery: 'exactly_once' },
        { ...plain, hop: 'etl', inputs: ['ods'], output: 'dwd', ...changes },
      ],
    });
    const tables = new OffsetTables();
    for (const [completed, barrier] of [[10, 0] as const, [70, 60] as const, [130, 120] as const])
      addRow(tables, { type: 'checkpoint', ts: completed * SECOND, hop: 'ingest', barrierTs: barrier * SECOND });
    for (let i = 0; i < ENDS.length; i++) {
      const ts = ENDS.timeOf(i);
      const position = READER.at(ts) ?? 0;
      const row = { type: 'offsets', ts, partition: 0 } as const;
      addRow(tables, { ...row, hop: 'etl', topic: 'ods', position, endOffset: ENDS.valueOf(i) });
      addRow(tables, { ...row, hop: '', topic: 'dwd', endOffset: position });
    }
    return { steps: new StepGraph(tables, graph.writers), tables, graph };
  }

  test('grows when that writer reads', () => {
    const { steps, tables } = estate();
    const [ends] = tables.endsOf('dwd').map(({ curve }) => curve);
    assert.ok(ends);
    const own = steps.of('dwd');
    assert.equal(own.endAt(ends, 69 * SECOND), 0);
    assert.ok((own.endAt(ends, 80 * SECOND) ?? 0) > 290);
    assert.equal(own.endAt(ends, 90 * SECOND), 600);
    assert.equal(seconds(own.leaves(ends, ends.firstAbove(0), 0)), 70, 'nothing came before the commit');
    assert.equal(own.wakesAfter(100 * SECOND), 130 * SECOND);
    assert.equal(own.wakesAfter(130 * SECOND), Number.POSITIVE_INFINITY);
  });

  const straight: readonly (readonly [string, Partial<Hop>])[] = [
    ['a window gives out when it closes, not when its hop reads', { windowMs: 60_000 }],
    ['a dimension table tells nothing of when a hop reads', { lookups: ['ods'] }],
  ];
  for (const [sentence, changes] of straight) {
    test(sentence, () => {
      const { steps, tables } = estate(changes);
      const [ends] = tables.endsOf('dwd').map(({ curve }) => curve);
      assert.ok(ends);
      assert.equal(steps.of('dwd').endAt(ends, 75 * SECOND), 300);
    });
  }

  test('a circle of hops comes to an end', () => {
    const { steps, tables } = estate({ inputs: ['ods', 'dwd'] });
    const [ends] = tables.endsOf('dwd').map(({ curve }) => curve);
    assert.ok(ends);
    assert.ok(Number.isFinite(steps.of('dwd').endAt(ends, 75 * SECOND)));
  });
});
