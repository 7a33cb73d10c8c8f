import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { landedUpTo } from '../../../../lineage/lag/compose/landed.ts';
import type { Hop } from '../../../../lineage/lag/hop-graph.ts';
import { OffsetTables } from '../../../../lineage/lag/offsets.ts';
import { addRow } from '../../../../lineage/lag/tables/offset-intake.ts';
import type { OffsetRow } from '../../../../model/offset-row.ts';

const ETL: Hop = {
  hop: 'etl',
  inputs: ['ods'],
  output: 'dwd',
  windowMs: null,
  allowedOooMs: 0,
  delivery: 'exactly_once',
};

/** A poll at `second`: ten records a second, of which those from `stable` on belong to an open transaction. */
function poll(second: number, stable: number | null, partition = 0): OffsetRow {
  const told = stable === null ? {} : { lastStableOffset: stable };
  const of = { topic: 'dwd', partition, polled: true } as const;
  return { type: 'offsets', ts: second * 1000, hop: '', ...of, endOffset: second * 10, ...told };
}

function checkpoint(barrier: number, completed: number): OffsetRow {
  return { type: 'checkpoint', hop: 'etl', ts: completed * 1000, barrierTs: barrier * 1000 };
}

/** Polls every 10 s up to 120, the transaction since the last barrier open: barriers at 55 and 115 s, complete after two seconds. */
const REGULAR = [
  ...[0, 10, 20, 30, 40, 50].map(second => poll(second, Math.min(second * 10, 10))),
  ...[60, 70, 80, 90, 100, 110].map(second => poll(second, 550)),
  checkpoint(55, 57),
  checkpoint(115, 117),
];

interface Case {
  readonly rows: readonly OffsetRow[];
  readonly at: number;
  readonly likely: number | null;
  readonly certain: number | null;
}

const CASES: Readonly<Record<string, Case>> = {
  'nothing without a checkpoint': { rows: [poll(10, 0)], at: 15, likely: null, certain: null },
  'the barrier at once where no broker tells of transactions': {
    rows: [checkpoint(55, 57)],
    at: 57,
    likely: 55,
    certain: 55,
  },
  'long after a checkpoint its barrier': { rows: REGULAR, at: 112, likely: 55, certain: 55 },
  'just after one the new barrier is likely and the one before it certain': {
    rows: REGULAR,
    at: 118,
    likely: 115,
    certain: 55,
  },
  'the new barrier once committing must be over and the poll after it says nothing else': {
    rows: [...REGULAR, poll(120, 1150)],
    at: 122,
    likely: 115,
    certain: 115,
  },
  'while a poll after it shows an older transaction open, what lay before that': {
    rows: [...REGULAR, poll(120, 550)],
    at: 122.5,
    likely: 50,
    certain: 50,
  },
  'an hour after a transaction that nobody ends, what lay before it': {
    rows: [...REGULAR, ...[600, 1800, 3600].map(second => poll(second, 550)), checkpoint(3500, 3502)],
    at: 3605,
    likely: 50,
    certain: 50,
  },
  'one partition that is not committed counts for all': {
    rows: [...REGULAR, poll(120, 1150), poll(50, 500, 1), poll(110, 700, 1), poll(120, 700, 1)],
    at: 122.5,
    likely: 50,
    certain: 50,
  },
  'nothing certain where the open transaction is older than what is known of the topic': {
    rows: [poll(60, 10), poll(120, 10), checkpoint(115, 117)],
    at: 122.5,
    likely: 60,
    certain: null,
  },
};

describe('what waits for checkpoints is there up to', () => {
  for (const [sentence, { rows, at, likely, certain }] of Object.entries(CASES)) {
    test(sentence, () => {
      const tables = new OffsetTables();
      for (const row of rows) addRow(tables, row);
      const seconds = (isCertain: boolean): number | null => {
        const upTo = landedUpTo(tables, ETL, at * 1000, isCertain);
        return upTo === null ? null : upTo / 1000;
      };

      assert.deepEqual({ likely: seconds(false), certain: seconds(true) }, { likely, certain });
    });
  }
});
