import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parse } from 'yaml';
import {
  commentText,
  legacyFlinkValue,
  log4jValue,
  podEnvironmentValue,
  propertiesValue,
  shellWord,
  yamlScalar,
  yarnEnvironmentValue,
} from '../../../app/flink/quote.ts';
import { readLog4jValue, readProperties } from './java-properties.ts';

/** Names people give their jobs, and what breaks each notation. */
const AWKWARD = [
  'dw_sdk_log_cdo',
  'etl: orders # daily',
  'say "hi"',
  "it's",
  '订单汇总',
  `\${jndi:x} $HOME \`id\` $(id)`,
  'back\\slash',
  'yes',
  '0x1F',
  '10 s',
  ' padded ',
  '- item',
  '{a: b}',
  'a\u2028b',
  '😀',
];
const anyText = fc.oneof(fc.constantFrom(...AWKWARD), fc.string({ unit: 'grapheme' }));

describe('values in the notations of Flink’s files', () => {
  test('a YAML scalar reads back as the same string', () => {
    fc.assert(fc.property(anyText, text => assert.equal(parse(`key: ${yamlScalar(text)}\n`).key, text)));
    assert.equal(yamlScalar('io.tidewatch.Factory'), 'io.tidewatch.Factory');
    assert.equal(yamlScalar('on'), '"on"');
  });

  test('a properties value reads back as the same string and is pure ASCII', () => {
    fc.assert(
      fc.property(anyText, text => {
        const written = propertiesValue(text);
        assert.match(written, /^[\x20-\x7e]*$/);
        assert.equal(readProperties(`key = ${written}`).get('key'), text);
      }),
    );
  });

  test('Log4j looks nothing up in a value', () => {
    assert.equal(log4jValue(`\${env:PASSWORD}`), `$\${env:PASSWORD}`);
    assert.equal(
      readLog4jValue(readProperties(`key = ${log4jValue(`a\${b}c\${d}`)}`).get('key') ?? ''),
      `a\${b}c\${d}`,
    );
  });

  const LEGACY: readonly (readonly [sentence: string, value: string, written: string | null])[] = [
    ['a value with blanks and colons goes as it is', 'a: b "c"', 'a: b "c"'],
    ['a # would cut it', 'a # b', null],
    ['a line break would end it', 'a\nb', null],
    ['blanks at the ends would be lost', ' a', null],
    ['nothing is no value', '', null],
  ];
  for (const [sentence, value, written] of LEGACY)
    test(`flink-conf.yaml: ${sentence}`, () => assert.equal(legacyFlinkValue(value), written));

  test('a shell gives a word, and YARN’s launch script a value, as they were', () => {
    for (const text of AWKWARD) {
      const script = `A=${shellWord(text)}; export B="${yarnEnvironmentValue(text)}"; printf '%s|%s' "$A" "$B"`;
      assert.equal(execFileSync('bash', ['-c', script], { encoding: 'utf8' }), `${text}|${text}`);
    }
  });

  test('a pod keeps its dollars', () => {
    assert.equal(podEnvironmentValue(`$(HOME) $$ \${x}`), `$$(HOME) $$$$ $\${x}`);
  });

  test('a comment is one line', () => {
    assert.equal(commentText('a\nb\u2028c\td'), 'a b c d');
  });
});
