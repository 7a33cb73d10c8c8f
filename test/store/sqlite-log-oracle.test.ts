/** Random lines and random queries: the files answer as a plain loop over the lines does. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { LOG_LEVELS, type LogRecord } from '../../model/log-record.ts';
import type { LogField, LogQuery } from '../../store/log-query.ts';
import { LOG_FIELDS } from '../../store/log-query-field.ts';
import type { LogRow } from '../../store/log-store.ts';
import { searchableTexts } from '../../store/log-text.ts';
import type { ArrivalPlace } from '../../store/sqlite/log-arrivals.ts';
import { packRows } from '../../store/sqlite/log-batch.ts';
import { LogReader } from '../../store/sqlite/log-reader.ts';
import { LogWriter } from '../../store/sqlite/log-writer.ts';
import { tokenize } from '../../store/tokenize.ts';
import { DAY, row, T0 } from '../contract/log-store-lines.ts';

const NAMES = new Map([
  ['id1', 'named'],
  ['id2', 'j1'],
]);
const WORDS = ['alpha', 'beta', 'gamma.delta', 'alphabet', '订单', '单据', 'x_1'];
const VALUES = ['', 'v1', 'v2', 'v22'];

const words = fc.array(fc.constantFrom(...WORDS), { maxLength: 4 }).map(list => list.join(' '));
const value = fc.constantFrom(...VALUES);
const record: fc.Arbitrary<Partial<LogRecord>> = fc.record({
  // two buckets and a half, many ties, and now and then a line from long before
  ts: fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: T0, max: T0 + 600 }) },
    { weight: 1, arbitrary: fc.constant(T0 - 9 * DAY) },
  ),
  level: fc.constantFrom(...LOG_LEVELS),
  message: words,
  exception: fc.option(
    fc.record({ class: fc.constantFrom('', 'x.A', 'x.B'), message: words, stack: fc.oneof(fc.constant(''), words) }),
    { nil: undefined },
  ) as fc.Arbitrary<NonNullable<LogRecord['exception']>>,
  jobName: fc.constantFrom('', 'j1', 'j2', 'session'),
  jobId: fc.constantFrom('', 'id1', 'id2', 'id3'),
  appId: value,
  containerId: value,
  logger: value,
  thread: value,
  host: value,
  role: value,
});
const rows: fc.Arbitrary<LogRow[]> = fc
  .array(fc.tuple(record, fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 1 })), {
    minLength: 1,
    maxLength: 40,
  })
  .map(list => list.map(([line, partition, day], i) => row(i, line, { partition, recordTs: T0 + day * DAY })));

const { query } = fc.letrec<{ query: LogQuery }>(tie => ({
  query: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<LogQuery>({ kind: 'all' }, { kind: 'none' }),
    fc
      .tuple(words, fc.boolean())
      .filter(([text]) => text !== '')
      .map(([text, prefix]): LogQuery => ({ kind: 'text', tokens: tokenize(text), prefix })),
    fc.constantFrom('al', 'alpha', 'x').map((text): LogQuery => ({ kind: 'text', tokens: [text], prefix: true })),
    fc.subarray([...LOG_LEVELS]).map((levels): LogQuery => ({ kind: 'level', levels })),
    fc
      .tuple(
        fc.constantFrom<LogField>(...LOG_FIELDS),
        fc.constantFrom('', 'v1', 'v2', 'x.A', 'j1', 'named', 'session', 'id1', 'x'),
        fc.boolean(),
      )
      .map(([field, text, prefix]): LogQuery => ({ kind: 'field', field, value: text, prefix })),
    tie('query').map((of): LogQuery => ({ kind: 'not', of })),
    fc
      .tuple(fc.constantFrom<'and' | 'or'>('and', 'or'), fc.array(tie('query'), { minLength: 1, maxLength: 3 }))
      .map(([kind, of]): LogQuery => ({ kind, of })),
  ),
}));

function matches(q: LogQuery, line: LogRecord): boolean {
  switch (q.kind) {
    case 'all':
      return true;
    case 'none':
      return false;
    case 'and':
      return q.of.every(part => matches(part, line));
    case 'or':
      return q.of.some(part => matches(part, line));
    case 'not':
      return !matches(q.of, line);
    case 'level':
      return q.levels.includes(line.level);
    case 'text':
      return searchableTexts(line).some(text => hasPhrase(tokenize(text), q.tokens, q.prefix));
    case 'field': {
      const found = fieldOf(line, q.field);
      return q.prefix ? found.startsWith(q.value) : found === q.value;
    }
  }
}

function hasPhrase(text: readonly string[], phrase: readonly string[], prefix: boolean): boolean {
  const last = phrase.length - 1;
  return text.some((_, at) =>
    phrase.every((token, i) => (i === last && prefix ? text[at + i]?.startsWith(token) : text[at + i] === token)),
  );
}

function fieldOf(line: LogRecord, field: LogField): string {
  if (field === 'job') return NAMES.get(line.jobId) ?? line.jobName;
  if (field === 'exception') return line.exception?.class ?? '';
  const key = {
    app: 'appId',
    container: 'containerId',
    job_id: 'jobId',
    logger: 'logger',
    host: 'host',
    role: 'role',
    thread: 'thread',
  } as const;
  return line[key[field]];
}

function shapesOf(lines: readonly Pick<LogRecord, 'ts' | 'level' | 'message' | 'thread'>[]): string[] {
  return lines.map(({ ts, level, message, thread }) => `${ts} ${level} ${thread} ${message}`).sort();
}

test('search, arrivals, counts and facets agree with a loop over the lines', () => {
  const scenario = fc.tuple(
    rows,
    query,
    fc.option(fc.integer({ min: T0 - 1, max: T0 + 601 })),
    fc.option(fc.integer({ min: T0 - 1, max: T0 + 601 })),
    fc.integer({ min: 1, max: 7 }),
  );
  fc.assert(
    fc.property(scenario, ([lines, q, from, to, limit]) => {
      const dir = mkdtempSync(join(tmpdir(), 'tidewatch-logs-'));
      const writer = new LogWriter(dir);
      const reader = new LogReader(dir);
      try {
        reader.learn([...NAMES]);
        const isFound = ({ record: line }: LogRow): boolean =>
          matches(q, line) && line.ts >= (from ?? -Infinity) && line.ts < (to ?? Infinity);
        let place: ArrivalPlace = { arrival: 0 };
        // in pieces, so that later batches fall between earlier ones
        for (let at = 0; at < lines.length; at += 9) {
          writer.append([packRows(lines.slice(at, at + 9)).batch], T0);
          const asked = { query: q, from: from ?? undefined, to: to ?? undefined, limit, after: place };
          const arrived = reader.arrivals(asked);
          place = arrived.place;
          const fresh = lines.slice(at, at + 9).filter(isFound);
          assert.equal(arrived.items.length, Math.min(limit, fresh.length));
          assert.deepEqual(arrived.missed, { value: fresh.length - arrived.items.length, relation: 'eq' });
          if (fresh.length <= limit) assert.deepEqual(shapesOf(arrived.items), shapesOf(fresh.map(l => l.record)));
        }

        const expected = lines
          .filter(isFound)
          .sort(
            (a, b) =>
              b.record.ts - a.record.ts ||
              b.position.partition - a.position.partition ||
              b.position.offset - a.position.offset,
          );
        const range = { from: from ?? undefined, to: to ?? undefined };

        const found = [];
        for (let cursor: string | null | undefined; cursor !== null; ) {
          const page = reader.search({ query: q, limit, cursor: cursor ?? undefined, ...range });
          assert.deepEqual(page.total, { value: expected.length, relation: 'eq' });
          found.push(...page.items);
          cursor = page.next;
        }
        assert.deepEqual(
          found.map(item => [item.ts, item.level, item.message, item.thread]),
          expected.map(({ record: line }) => [line.ts, line.level, line.message, line.thread]),
        );

        for (const intervalMs of [100, 250, 60_000]) {
          const counts = reader.histogram({ query: q, intervalMs, ...range });
          const sums = new Map<string, number>();
          for (const { record: line } of expected)
            count(sums, `${Math.floor(line.ts / intervalMs) * intervalMs} ${line.level}`);
          assert.deepEqual(
            new Map(
              counts.flatMap(({ t, counts: levels }) =>
                Object.entries(levels).map(([level, n]) => [`${t} ${level}`, n]),
              ),
            ),
            sums,
          );
        }

        const facet = reader.facet({ query: q, field: 'job', limit: 100, ...range });
        const jobs = new Map<string, number>();
        for (const { record: line } of expected) if (fieldOf(line, 'job') !== '') count(jobs, fieldOf(line, 'job'));
        assert.deepEqual(new Map(facet.map(({ value: job, count: n }) => [job, n])), jobs);
      } finally {
        writer.close();
        reader.close();
        rmSync(dir, { recursive: true, force: true });
      }
    }),
    { numRuns: 30 },
  );
});

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
