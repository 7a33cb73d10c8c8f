/** contracts.md 5.3, sentence by sentence. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FreshnessAnswer } from '../../../lineage/lag/answer.ts';
import { replayFreshness } from '../../../lineage/lag/replay.ts';

type Line = Readonly<Record<string, unknown>>;

async function replay(lines: readonly Line[]): Promise<FreshnessAnswer[]> {
  const file = async function* (): AsyncGenerator<string> {
    for (const line of lines) yield JSON.stringify(line);
  };
  const answers: FreshnessAnswer[] = [];
  for await (const line of replayFreshness(file())) answers.push(JSON.parse(line));
  return answers;
}

async function only(lines: readonly Line[]): Promise<FreshnessAnswer> {
  const [answer, ...others] = await replay(lines);
  assert.ok(answer !== undefined && others.length === 0, 'one answer line per query');
  return answer;
}

const hop = (name: string, inputs: readonly string[], output: string | null, more: Line = {}): Line => ({
  hop: name,
  inputs,
  output,
  window_ms: null,
  allowed_ooo_ms: 0,
  delivery: 'at_least_once',
  ...more,
});
const graph = (...hops: readonly Line[]): Line => ({ type: 'graph', hops });
const query = (second: number, sink?: string): Line => ({ type: 'query', ts: second * 1000, ...(sink && { sink }) });
const row = (second: number, more: Line): Line => ({
  type: 'offsets',
  ts: second * 1000,
  hop: 'agg',
  topic: 'dw',
  partition: 0,
  ...more,
});
/** One record a second, `behind` back, a row every ten seconds. */
const flow = (name: string, topic: string, from: number, to: number, behind: number): Line[] =>
  Array.from({ length: Math.floor((to - from) / 10) + 1 }, (_, i) => {
    const second = from + i * 10;
    const read = { end_offset: second, position: Math.max(0, second - behind) };
    return row(second, { hop: name, topic, ...read });
  });
const AGG = graph(hop('agg', ['dw'], null));
const PATH = graph(hop('etl', ['ods'], 'dw'), hop('agg', ['dw'], null));

describe('which sink', () => {
  const rows = [...flow('etl', 'ods', 0, 300, 20), ...flow('agg', 'dw', 0, 300, 40)];

  test('a hop whose output is null, by default the only one', async () => {
    assert.equal((await only([PATH, ...rows, query(300)])).sink, 'agg');
    assert.equal((await only([PATH, ...rows, query(300, 'agg')])).age_ms, 60_000);
  });

  test('or a topic', async () => {
    const answer = await only([PATH, ...rows, query(300, 'dw')]);
    assert.deepEqual([answer.sink, answer.age_ms], ['dw', 20_000]);
  });
});

describe('figures', () => {
  const rows = [...flow('etl', 'ods', 0, 300, 20), ...flow('agg', 'dw', 0, 300, 40)];

  test("complete_up_to is ts less age_high_ms; residences and today's lags run along the critical path", async () => {
    const answer = await only([PATH, ...rows, query(300)]);
    assert.equal(answer.complete_up_to, 300_000 - answer.age_high_ms!);
    assert.deepEqual(answer.residence_ms, { agg: 40_000, etl: 20_000 });
    assert.equal(answer.lag_sum_ms, 60_000);
  });

  test('at a join the path is the chain of minima, and each source is told apart', async () => {
    const join = graph(hop('a', ['left'], 'l2'), hop('b', ['right'], 'r2'), hop('agg', ['l2', 'r2'], null));
    const answer = await only([
      join,
      ...flow('a', 'left', 0, 300, 10),
      ...flow('b', 'right', 0, 300, 100),
      ...flow('agg', 'l2', 0, 300, 0),
      ...flow('agg', 'r2', 0, 300, 30),
      query(300),
    ]);
    assert.deepEqual(answer.residence_ms, { agg: 30_000, b: 100_000 });
    assert.deepEqual([answer.per_source['left']?.age_ms, answer.per_source['right']?.age_ms], [10_000, 130_000]);
    assert.deepEqual([answer.age_ms, answer.blame, answer.lag_sum_ms], [130_000, 'b', 130_000]);
  });

  test('lookups and optional inputs hold nothing back; the answer names the rules', async () => {
    const joined = graph(hop('agg', ['dw', 'dim', 'more'], null, { lookups: ['dim'], optional_inputs: ['more'] }));
    const answer = await only([
      joined,
      ...flow('agg', 'dw', 0, 300, 10),
      ...flow('agg', 'dim', 0, 300, 200),
      ...flow('agg', 'more', 0, 300, 90),
      query(300),
    ]);
    assert.equal(answer.age_ms, 10_000);
    assert.deepEqual(Object.keys(answer.per_source).sort(), ['dw', 'more']);
    assert.deepEqual(
      answer.rules.filter(rule => rule === 'lookup' || rule === 'optional-input'),
      ['lookup', 'optional-input'],
    );
  });

  test('a window shows what lies before its last closed end', async () => {
    const windowed = graph(hop('agg', ['dw'], null, { window_ms: 60_000, allowed_ooo_ms: 5_000 }));
    const answer = await only([windowed, ...flow('agg', 'dw', 0, 300, 0), query(300)]);
    assert.deepEqual([answer.age_ms, answer.complete_up_to, answer.lag_sum_ms], [60_000, 240_000, 0]);
  });

  test('a watermark that stands still holds the windows back', async () => {
    const windowed = graph(hop('agg', ['dw'], null, { window_ms: 60_000, allowed_ooo_ms: 5_000 }));
    const told = { type: 'watermark', ts: 300_000, hop: 'agg', watermark: 125_000, late_dropped: 1 };
    const answer = await only([windowed, ...flow('agg', 'dw', 0, 300, 0), told, query(300)]);
    assert.deepEqual([answer.age_ms, answer.complete_up_to], [180_000, 120_000]);
    assert.deepEqual(answer.rules, ['late-dropped', 'watermark', 'window']);
  });

  for (const [how, visible] of [
    ['exactly_once', { delivery: 'exactly_once' }],
    ['visible_on_checkpoint', { visible_on_checkpoint: true }],
  ] as const) {
    test(`a sink that is ${how} shows what the last complete checkpoint has taken in`, async () => {
      const answer = await only([
        graph(hop('agg', ['dw'], null, visible)),
        ...flow('agg', 'dw', 0, 300, 0),
        { type: 'checkpoint', ts: 263_000, hop: 'agg', barrier_ts: 260_000 },
        query(300),
      ]);
      assert.deepEqual([answer.age_ms, answer.complete_up_to], [40_000, 260_000]);
    });
  }

  test('a hop without offsets counts with the age of its oldest queued item', async () => {
    const nifi = graph(hop('nifi', [], 'dw'), hop('agg', ['dw'], null));
    const queued = Array.from({ length: 31 }, (_, i) => ({
      type: 'queue_lag',
      ts: i * 10_000,
      hop: 'nifi',
      ms: 15_000,
    }));
    const answer = await only([nifi, ...flow('agg', 'dw', 0, 300, 20), ...queued, query(300)]);
    assert.deepEqual(answer.residence_ms, { agg: 20_000, nifi: 15_000 });
  });

  test('a hop that tells only its lag is that far behind the end offset of the moment', async () => {
    const lags = Array.from({ length: 31 }, (_, i) => [
      row(i * 10, { hop: '', end_offset: i * 10 }),
      { type: 'lag', ts: i * 10_000, hop: 'agg', topic: 'dw', partition: 0, lag_records: Math.min(i * 10, 30) },
    ]).flat();
    const answer = await only([AGG, ...lags, query(300)]);
    assert.equal(answer.age_ms, 30_000);
    assert.ok(answer.age_low_ms! <= 30_000 && answer.age_high_ms! >= 30_000);
  });
});

describe('what is not known', () => {
  test('age_ms is null only when a needed hop never had a usable row, which is then stale', async () => {
    const answer = await only([PATH, ...flow('agg', 'dw', 0, 300, 0), query(300)]);
    assert.deepEqual(
      [answer.age_ms, answer.age_high_ms, answer.complete_up_to, answer.lag_sum_ms, answer.blame, answer.eta_ms],
      [null, null, null, null, null, null],
    );
    assert.deepEqual([answer.residence_ms, answer.stale], [{}, ['etl']]);
    assert.equal(answer.status['etl'], 'UNKNOWN');
  });

  test('a merely stale hop keeps its point value and widens the bounds', async () => {
    const rows = [...flow('etl', 'ods', 0, 300, 20), ...flow('agg', 'dw', 0, 300, 0)];
    const silent = Array.from({ length: 20 }, (_, i) => {
      const second = 310 + i * 10;
      return [
        row(second, { hop: '', topic: 'ods', end_offset: second }),
        row(second, { end_offset: second, position: second }),
      ];
    }).flat();
    const answer = await only([PATH, ...rows, ...silent, query(500)]);
    assert.deepEqual([answer.stale, answer.age_ms], [['etl'], 20_000]);
    assert.ok(answer.age_low_ms! <= 20_000 && answer.age_high_ms! >= 200_000, JSON.stringify(answer));
  });

  test('a hop is stale after 2.5 of its intervals, the median gap of its last ten samples', async () => {
    // Gaps of 10 s with one of 60 s among them: the median is 10 s.
    const rows = [...flow('agg', 'dw', 0, 50, 0), ...flow('agg', 'dw', 110, 150, 0)];
    const answers = await replay([AGG, ...rows, query(175), query(176)]);
    assert.deepEqual(
      answers.map(({ stale }) => stale),
      [[], ['agg']],
    );
  });

  for (const [start, age] of [
    [{ start_offset: 40 }, 260_000],
    [{}, 300_000],
  ] as const) {
    test(`a partition never read counts from ${'start_offset' in start ? 'its start_offset' : '0'}`, async () => {
      const unread = Array.from({ length: 31 }, (_, i) =>
        row(i * 10, { hop: '', partition: 1, end_offset: Math.max(start.start_offset ?? 0, i * 10), ...start }),
      );
      assert.equal((await only([AGG, ...flow('agg', 'dw', 0, 300, 0), ...unread, query(300)])).age_ms, age);
    });
  }

  test('a position of -1 after a restart is the committed offset, and makes nothing unknown', async () => {
    const rows = [...flow('agg', 'dw', 0, 300, 0), row(310, { end_offset: 310, position: -1, committed: 280 })];
    const answer = await only([AGG, ...rows, query(310)]);
    assert.equal(answer.age_ms, 10_000, 'what had been delivered by 300 stays delivered');
    assert.ok(answer.rules.includes('rewind') && answer.rules.includes('commits-only'));
    assert.deepEqual(answer.stale, []);
  });
});

describe('rows', () => {
  test('of equal ts apply in file order, and a query sees those before it alone', async () => {
    const same = (position: number): Line => row(300, { end_offset: 300, position });
    const answers = await replay([
      AGG,
      ...flow('agg', 'dw', 0, 290, 0),
      same(300),
      same(270),
      query(300),
      same(300),
      query(300),
    ]);
    assert.deepEqual(
      answers.map(({ age_ms }) => age_ms),
      [10_000, 0],
    );
  });

  test('end offsets and positions of one moment are joined whichever comes first', async () => {
    const ends = Array.from({ length: 31 }, (_, i) => row(i * 10, { hop: '', end_offset: i * 10 }));
    const positions = Array.from({ length: 31 }, (_, i) => row(i * 10, { position: Math.max(0, i * 10 - 40) }));
    const answers = [
      await only([AGG, ...ends, ...positions, query(300)]),
      await only([AGG, ...positions, ...ends, query(300)]),
    ];
    assert.equal(answers[0]?.age_ms, 40_000);
    assert.deepEqual(answers[0], answers[1]);
  });
});

describe('status', () => {
  const commits = (offsets: readonly number[], more: (i: number) => Line): Line[] =>
    offsets.map((committed, i) => row(i * 10, { committed, ...more(i) }));

  const cases: { sentence: string; rows: readonly Line[]; at: number; status: string }[] = [
    {
      sentence: 'a row with committed is one commit: they never move and lag',
      rows: commits(Array(10).fill(5), i => ({ end_offset: 100 + i })),
      at: 90,
      status: 'STALL',
    },
    {
      sentence: 'commits move and the lag never falls',
      rows: commits([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], i => ({ end_offset: 100 + 5 * i })),
      at: 90,
      status: 'WARN',
    },
    {
      sentence: 'the lag falls once',
      rows: commits([1, 2, 3, 4, 50, 51, 52, 53, 54, 55], i => ({ end_offset: 100 + 5 * i })),
      at: 90,
      status: 'OK',
    },
    {
      sentence: 'an offset fell and was not regained',
      rows: commits([90, 91, 92, 93, 20, 30, 40, 50, 60, 70], i => ({ end_offset: 100 + i })),
      at: 90,
      status: 'REWIND',
    },
    {
      sentence: 'rows without committed and position are end offsets alone: commits have ceased',
      rows: [
        ...commits([0, 10, 20], i => ({ end_offset: 10 * i })),
        ...Array.from({ length: 10 }, (_, i) => row(30 + i * 10, { end_offset: 21 + i })),
      ],
      at: 120,
      status: 'STOP',
    },
    {
      sentence: 'one of the last ten end offsets shows that nothing waited then',
      rows: [
        ...commits([0, 10, 20], i => ({ end_offset: 10 * i })),
        ...Array.from({ length: 9 }, (_, i) => row(30 + i * 10, { end_offset: 20 + i })),
      ],
      at: 120,
      status: 'OK',
    },
    { sentence: 'level', rows: commits([1, 1, 1], () => ({ end_offset: 1 })), at: 500, status: 'OK' },
    { sentence: 'no commit', rows: [row(0, { end_offset: 5 })], at: 0, status: 'UNKNOWN' },
  ];
  for (const { sentence, rows, at, status } of cases) {
    test(`${status}: ${sentence}`, async () => {
      assert.equal((await only([AGG, ...rows, query(at)])).status['agg'], status);
    });
  }

  test('is not masked by stale', async () => {
    const answer = await only([
      AGG,
      ...commits(Array(10).fill(5), i => ({ end_offset: 100 + i })),
      row(1_000, { hop: '', end_offset: 200 }),
      query(1_000),
    ]);
    assert.deepEqual([answer.stale, answer.status['agg']], [['agg'], 'STOP']);
  });
});
