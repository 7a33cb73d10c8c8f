import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { ROW_OPS } from '../../alerting/evaluate/document.ts';
import { FUNCTIONS } from '../../alerting/evaluate/parser.ts';
import { compileRule } from '../../alerting/evaluate/rule.ts';
import { parseGeneratedSettings } from '../../alerting/generated/settings.ts';
import { parseRuleTests, runRuleTests } from '../../alerting/testing/rule-test.ts';

const TEXT = readFileSync(new URL('../../docs/RULES.md', import.meta.url), 'utf8');
const [rule, generated, tests] = [...TEXT.matchAll(/```yaml\n([\s\S]*?)```/g)].map(
  match => parse(match[1] ?? '') as Record<string, unknown>,
);

test('the rule of the documentation is one, with every field a document has', () => {
  const { document } = compileRule('docs', rule);
  const left = Object.keys(document).filter(field => !Object.hasOwn(rule ?? {}, field));
  assert.deepEqual(left, []);
});

test('its settings of generated rules can be read', () => {
  const { alerting } = generated as { alerting: { generated: unknown } };
  assert.ok(parseGeneratedSettings(alerting.generated).jobs);
});

test('its unit tests are those of its rule, and hold', async () => {
  const results = await runRuleTests(parseRuleTests(tests), [compileRule('docs', rule)]);
  assert.deepEqual(
    results.map(({ ok }) => ok),
    [true, true],
  );
});

test('every operation and function is named', () => {
  for (const word of [...ROW_OPS, ...Object.keys(FUNCTIONS)]) assert.match(TEXT, new RegExp(`\\b${word}\\b`), word);
});
