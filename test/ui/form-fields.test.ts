/** The fields of forms are those the daemon takes: no fewer, no more, and the same of them are secret. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { GeneratedSettings, parseGeneratedSettings } from '../../alerting/generated/settings.ts';
import { reporters } from '../../reporters/index.ts';
import { GENERATED_KINDS } from '../../web/ui/src/api/generated.ts';
import { CHANNEL_FIELDS, CHANNEL_TYPES, fieldsOf } from '../../web/ui/src/screens/channels/channel-fields.ts';
import { describeKind, finishedSettings, GENERATED_FIELDS } from '../../web/ui/src/screens/rules/generated-fields.ts';

/** Paths of a schema's fields; objects inside are taken apart. */
function pathsOf(schema: unknown, prefix = ''): readonly string[] {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional || schema instanceof z.ZodPrefault)
    return pathsOf(schema.unwrap(), prefix);
  if (!(schema instanceof z.ZodObject)) return [prefix.slice(0, -1)];
  return Object.entries(schema.shape).flatMap(([name, field]) => pathsOf(field, `${prefix}${name}.`));
}

describe('channels', () => {
  test('every type of the daemon has a form', () => {
    assert.deepEqual([...CHANNEL_TYPES].sort(), Object.keys(reporters).sort());
    assert.deepEqual(fieldsOf('no such type'), []);
  });

  for (const type of CHANNEL_TYPES) {
    test(`${type} shows the fields of its schema, and hides its secrets`, () => {
      const { schema, secrets, check } = reporters[type];
      const fields = CHANNEL_FIELDS[type];
      assert.deepEqual(fields.map(({ path }) => path).sort(), [...pathsOf(schema)].sort());
      assert.deepEqual(
        fields.flatMap(({ kind, path }) => (kind === 'secret' ? [path] : [])).sort(),
        [...secrets].sort(),
      );
      const missing = check({}).map(({ path }) => path);
      assert.deepEqual(fields.flatMap(({ required, path }) => (required ? [path] : [])).sort(), missing.sort());
    });
  }
});

describe('generated rules', () => {
  for (const kind of GENERATED_KINDS) {
    test(`${kind} shows the fields of its schema, with defaults it takes`, () => {
      const union: unknown = GeneratedSettings.shape[kind].unwrap();
      assert.ok(union instanceof z.ZodUnion);
      const [, on] = union.options;
      assert.deepEqual(GENERATED_FIELDS[kind].map(({ name }) => name).sort(), [...pathsOf(on)].sort());
      const defaults = GENERATED_FIELDS[kind].flatMap(({ name, kind: type, byDefault }) =>
        byDefault === '' ? [] : [[name, type === 'number' ? Number(byDefault) : byDefault] as const],
      );
      assert.ok(parseGeneratedSettings({ [kind]: Object.fromEntries(defaults) }));
    });
  }

  test('what is typed is sent without empty fields and entries, and a kind that is only on stays on', () => {
    const typed = {
      enabled: undefined,
      exclude: { jobs: [], owners: ['sandbox'] },
      lag: {},
      restarts: false as const,
      checkpoint_age: { above: '', level: 'error' },
      jobs: [{ match: [] }, { match: ['dwd_*'], lag: false as const }],
    };
    const sent = finishedSettings(typed);
    assert.deepEqual(sent, {
      exclude: { owners: ['sandbox'] },
      lag: {},
      restarts: false,
      checkpoint_age: { level: 'error' },
      jobs: [{ match: ['dwd_*'], lag: false }],
    });
    assert.ok(parseGeneratedSettings(sent));
    assert.deepEqual(finishedSettings({}), {});
  });

  test('a kind is told in a line: off, or what holds', () => {
    const labels = {
      above: 'above',
      for: 'for',
      at_least: '',
      within: '',
      level: 'level',
      receivers: 'to',
      repeat_interval: 'every',
    };
    assert.equal(describeKind(false, 'lag', labels, 'off'), 'off');
    assert.equal(describeKind(undefined, 'lag', labels, 'off'), 'above 100000 · for 10m · every 4h');
    assert.equal(
      describeKind({ above: 5, receivers: ['a', 'b'] }, 'lag', labels, 'off'),
      'above 5 · for 10m · every 4h · to a, b',
    );
  });
});
