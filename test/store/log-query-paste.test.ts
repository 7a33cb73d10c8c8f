import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_QUERY_UNITS, parseLogQuery } from '../../store/log-query-parse.ts';

test('a pasted trace longer than a query may be is searched by its first lines', () => {
  const frames = Array.from({ length: 300 }, (_, i) => `\tat org.apache.flink.Some.method${i}(Some.java:${i})`);
  const query = parseLogQuery(`java.lang.IllegalStateException: no\n${frames.join('\n')}`);

  assert.ok(query.kind === 'and');
  assert.ok(query.of.length > 50 && query.of.length < 100);
  const units = query.of.map(part => (part.kind === 'text' ? part.tokens.join(' ').length : 0));
  assert.ok(units.reduce((sum, n) => sum + n, 0) <= MAX_QUERY_UNITS);
});

test('a line without any word is no condition', () => {
  assert.deepEqual(parseLogQuery('---\n\tat a.B.c(Native Method)'), {
    kind: 'text',
    tokens: ['at', 'a', 'b', 'c', 'native', 'method'],
    prefix: false,
  });
});
