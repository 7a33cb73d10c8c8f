/** Entries of the audit trail as changes people read. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuditEntry } from '../../web/ui/src/api/audit.ts';
import { changesOf, pathOf } from '../../web/ui/src/screens/audit/changes.ts';

const entry = (over: Partial<AuditEntry>): AuditEntry => ({
  at: 1,
  who: 'han',
  object: 'route/r1',
  id: 'r1',
  name: 'night',
  field: 'order',
  before: 1,
  after: 2,
  ...over,
});

test('the fields one person changed at once are one change; a later change of the same field is another', () => {
  const entries = [
    entry({ at: 2, field: 'order' }),
    entry({ at: 1, field: 'order' }),
    entry({ at: 1, field: 'receivers' }),
    entry({ at: 1, field: 'receivers' }),
    entry({ at: 1, who: 'li', field: 'matchers' }),
  ];
  assert.deepEqual(
    changesOf(entries).map(({ at, who, entries: all }) => [at, who, all.map(({ field }) => field)]),
    [
      [2, 'han', ['order']],
      [1, 'han', ['order', 'receivers']],
      [1, 'han', ['receivers']],
      [1, 'li', ['matchers']],
    ],
  );
});

test('what was deleted keeps its name and leads nowhere, in its earlier changes too; what came back leads there again', () => {
  const gone = entry({ at: 3, field: '', before: {}, after: null });
  const entries = [gone, entry({ at: 2 }), entry({ at: 2, object: 'route/r2', id: 'r2' })];
  assert.deepEqual(
    changesOf(entries).map(change => [change.name, change.what, pathOf(change)]),
    [
      ['night', 'gone', null],
      ['night', 'changed', null],
      ['night', 'changed', '/routes/r2'],
    ],
  );
  const [again] = changesOf([entry({ at: 4, field: '', before: null, after: {} }), ...entries]);
  assert.deepEqual([again?.what, again && pathOf(again)], ['made', '/routes/r1']);
});

test('a channel comes and goes field by field', () => {
  const channel = { object: 'channel robot', id: 'c1', name: 'robot' };
  const fields = (before: unknown, after: unknown): AuditEntry[] =>
    ['name', 'type'].map(field => entry({ ...channel, field, before, after }));
  assert.deepEqual(
    [changesOf(fields(null, 'x')), changesOf(fields('x', null)), changesOf(fields('x', 'y'))].map(
      ([change]) => change?.what,
    ),
    ['made', 'gone', 'changed'],
  );
});

test('entries from before ids and names were kept say what they can', () => {
  const { id: _id, name: _name, ...old } = entry({});
  const seen = [
    old,
    { ...old, field: '', before: null, after: { name: 'by day' } },
    { ...old, object: 'rule/lag/of a' },
    { ...old, object: 'channel my robot' },
    { ...old, object: 'generated-rules' },
  ];
  assert.deepEqual(
    changesOf(seen).map(change => [change.kind, change.id, change.name, pathOf(change)]),
    [
      ['route', 'r1', null, '/routes/r1'],
      ['route', 'r1', 'by day', '/routes/r1'],
      ['rule', null, 'lag/of a', null],
      ['channel', null, 'my robot', null],
      ['generated-rules', null, null, '/rules/generated'],
    ],
  );
});
