import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type HopStatus, hopStatus, partitionStatus } from '../../../lineage/lag/hop-status.ts';
import { OffsetTables } from '../../../lineage/lag/offsets.ts';
import { addRow } from '../../../lineage/lag/tables/offset-intake.ts';

/** Commits every 10 s from 0; `ends` are the end offsets sampled beside them. */
interface Case {
  readonly sentence: string;
  readonly offsets: readonly number[];
  readonly ends: readonly number[];
  readonly lags?: readonly (number | null)[];
  readonly now: number;
  readonly allowedLag?: number;
  readonly status: HopStatus;
}

const CASES: readonly Case[] = [
  { sentence: 'nothing committed is unknown', offsets: [], ends: [5], now: 0, status: 'UNKNOWN' },
  { sentence: 'no end offset is unknown', offsets: [5], ends: [], now: 0, status: 'UNKNOWN' },
  {
    sentence: 'no lag now is OK whatever came before',
    offsets: [9, 5, 10],
    ends: [9, 9, 10],
    now: 999_000,
    status: 'OK',
  },
  { sentence: 'lag that reached zero once is OK', offsets: [1, 2, 3], ends: [1, 4, 5], now: 20_000, status: 'OK' },
  { sentence: 'lag that fell once is OK', offsets: [1, 4, 5], ends: [5, 6, 9], now: 20_000, status: 'OK' },
  { sentence: 'lag that never fell is WARN', offsets: [1, 2, 3], ends: [5, 6, 9], now: 20_000, status: 'WARN' },
  { sentence: 'equal lag counts as never falling', offsets: [1, 2, 3], ends: [5, 6, 7], now: 20_000, status: 'WARN' },
  {
    sentence: 'commits that never move under lag are STALL',
    offsets: [3, 3, 3],
    ends: [5, 6, 9],
    now: 20_000,
    status: 'STALL',
  },
  {
    sentence: 'commits that ceased with records waiting are STOP',
    offsets: [1, 2, 3],
    ends: [5, 6, 9],
    now: 40_001,
    status: 'STOP',
  },
  {
    sentence: 'silence exactly as long as the commits span is not yet STOP',
    offsets: [1, 2, 3],
    ends: [5, 6, 9],
    now: 40_000,
    status: 'WARN',
  },
  {
    sentence: 'ceased commits are not STOP when a recent end offset was reached',
    offsets: [1, 2, 3],
    ends: [2, 3, 9],
    now: 99_000,
    status: 'WARN',
  },
  {
    sentence: 'an offset that fell and was not regained is REWIND',
    offsets: [5, 2, 4],
    ends: [9, 9, 9],
    now: 20_000,
    status: 'REWIND',
  },
  { sentence: 'an offset regained is no rewind', offsets: [5, 2, 6], ends: [9, 9, 9], now: 20_000, status: 'OK' },
  { sentence: 'STOP comes before REWIND', offsets: [5, 2, 4], ends: [9, 9, 9], now: 99_000, status: 'STOP' },
  {
    sentence: 'unknown lags do not clear a stall',
    offsets: [3, 3],
    ends: [9],
    lags: [null, 6],
    now: 10_000,
    status: 'STALL',
  },
  {
    sentence: 'lag within what is allowed is OK',
    offsets: [1, 2, 3],
    ends: [5, 6, 9],
    now: 99_000,
    allowedLag: 6,
    status: 'OK',
  },
  {
    sentence: 'one lag within what is allowed is OK',
    offsets: [4, 4, 4],
    ends: [5, 6, 9],
    now: 20_000,
    allowedLag: 1,
    status: 'OK',
  },
  {
    sentence: 'a single commit with records waiting is STOP a moment later',
    offsets: [3],
    ends: [9],
    now: 1,
    status: 'STOP',
  },
];

describe("Burrow's rules for a partition", () => {
  for (const { sentence, offsets, ends, lags, now, allowedLag, status } of CASES) {
    test(sentence, () => {
      const commits = offsets.map((offset, i) => ({ ts: i * 10_000, offset }));
      const known = lags ?? offsets.map((offset, i) => Math.max(0, ends[i]! - offset));

      assert.equal(partitionStatus({ commits, lags: known, endOffsets: ends }, now, allowedLag), status);
    });
  }
});

test('a hop is as bad as its worst partition, over the last ten commits only', () => {
  const tables = new OffsetTables();
  for (let i = 0; i < 30; i++) {
    const ts = i * 10_000;
    // Partition 1 rewound once, long ago and regained; partition 0 stands still behind a growing end.
    const committed = i === 3 ? 1 : i * 10;
    addRow(tables, { type: 'offsets', ts, hop: 'h', topic: 't', partition: 1, endOffset: i * 10, committed });
    addRow(tables, { type: 'offsets', ts, hop: 'h', topic: 't', partition: 0, endOffset: 10 + i, committed: 5 });
  }

  assert.equal(hopStatus(tables, tables.consumersOf('h', 't'), 290_000), 'STALL');
  assert.equal(hopStatus(tables, [], 290_000), 'UNKNOWN');
});

test('a consumer that reports only the lag of its topic is judged by the positions that follow', () => {
  const tables = new OffsetTables();
  for (let i = 0; i < 5; i++) {
    const ts = i * 60_000;
    for (const partition of [0, 1]) {
      addRow(tables, { type: 'offsets', ts, hop: '', topic: 't', partition, endOffset: 100 + i * 50 });
    }
    addRow(tables, { type: 'lag', ts, hop: 'druid', topic: 't', lagRecords: 20 + i * 100 });
  }

  assert.equal(hopStatus(tables, tables.consumersOf('druid', 't'), 240_000), 'STALL');
});
