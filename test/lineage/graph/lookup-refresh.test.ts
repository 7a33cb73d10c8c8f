import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lookupRefreshMs } from '../../../lineage/graph/lookup-refresh.ts';
import type { TableDeclared } from '../../../model/job-event.ts';

const cases: {
  sentence: string;
  options?: Readonly<Record<string, string>>;
  dimension?: TableDeclared['dimension'];
  ms: number | null;
}[] = [
  {
    sentence: 'a partial cache keeps a row until it expires after its load',
    options: { 'lookup.cache': 'PARTIAL', 'lookup.partial-cache.expire-after-write': '10 min' },
    ms: 600_000,
  },
  {
    sentence: 'expiry after access is no limit',
    options: { 'lookup.cache': 'partial', 'lookup.partial-cache.expire-after-access': '10 min' },
    ms: null,
  },
  {
    sentence: 'a full cache is loaded again every interval',
    options: { 'lookup.cache': 'FULL', 'lookup.full-cache.periodic-reload.interval': '1h' },
    ms: 3_600_000,
  },
  {
    sentence: 'or once in so many days',
    options: {
      'lookup.cache': 'FULL',
      'lookup.full-cache.reload-strategy': 'TIMED',
      'lookup.full-cache.timed-reload.interval-in-days': '2',
    },
    ms: 172_800_000,
  },
  { sentence: 'no cache asks anew', options: { connector: 'hbase-2.2', 'lookup.cache': 'NONE' }, ms: 0 },
  { sentence: 'the older option', options: { connector: 'jdbc', 'lookup.cache.ttl': '60s' }, ms: 60_000 },
  { sentence: 'Hive reloads a table', options: { connector: 'hive', 'lookup.join.cache.ttl': '12 h' }, ms: 43_200_000 },
  { sentence: 'a connector that caches only when told', options: { connector: 'jdbc' }, ms: 0 },
  {
    sentence: 'one that was told to, but not for how long',
    options: { connector: 'jdbc', 'lookup.cache.max-rows': '1000' },
    ms: null,
  },
  { sentence: 'the record that declared the table', dimension: { cache: 'ALL', ttlMs: 300_000 }, ms: 300_000 },
  { sentence: 'a declared table without a cache', dimension: { cache: 'NONE', ttlMs: 300_000 }, ms: 0 },
  { sentence: 'a declared cache without a limit', dimension: { cache: 'LRU' }, ms: null },
  {
    sentence: "the table's own options before that record",
    options: { 'lookup.cache.ttl': '10s' },
    dimension: { cache: 'ALL', ttlMs: 300_000 },
    ms: 10_000,
  },
  { sentence: 'a connector nobody knows', options: { connector: 'redis' }, ms: null },
  { sentence: 'a duration nobody can read', options: { 'lookup.cache.ttl': 'soon' }, ms: null },
];
for (const { sentence, options = {}, dimension, ms } of cases) {
  test(`how old a looked-up value may be: ${sentence}`, () => {
    assert.equal(lookupRefreshMs(new Map(Object.entries(options)), dimension), ms);
  });
}
