import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import fc from 'fast-check';
import { asciiTokenizerText, MAX_TOKEN_UNITS, tokenize, tokenText } from '../../store/tokenize.ts';
import { anyCharacter } from '../support/any-character.ts';

const x255 = 'x'.repeat(255);
const cases: readonly { sentence: string; text: string; tokens: readonly string[] }[] = [
  { sentence: 'words are lower-cased', text: 'Checkpoint FAILED', tokens: ['checkpoint', 'failed'] },
  {
    sentence: 'a class name splits at its dots and dollars',
    text: 'java.lang.OutOfMemoryError: a$B',
    tokens: ['java', 'lang', 'outofmemoryerror', 'a', 'b'],
  },
  {
    sentence: 'an underscore belongs to its token',
    text: 'container_e05_1_01_000002 dwd_order',
    tokens: ['container_e05_1_01_000002', 'dwd_order'],
  },
  {
    sentence: 'every Han character is a token, and splits the words beside it',
    text: '订单ABC处理 失败3次',
    tokens: ['订', '单', 'abc', '处', '理', '失', '败', '3', '次'],
  },
  {
    sentence: 'a Han character outside the BMP is one token',
    text: '\u{20000}\u{20001}',
    tokens: ['\u{20000}', '\u{20001}'],
  },
  {
    sentence: 'letters of other scripts stay words',
    text: 'Größe naïve КАФКА カタカナ',
    tokens: ['größe', 'naïve', 'кафка', 'カタカナ'],
  },
  { sentence: 'full-width and Arabic digits are digits', text: '１２ ٣٤', tokens: ['１２', '٣٤'] },
  { sentence: 'punctuation alone holds no token', text: '--- => …！。 \u0000\t\n', tokens: [] },
  { sentence: 'a lone surrogate splits', text: 'a\ud800b', tokens: ['a', 'b'] },
  { sentence: 'a token of 255 units stays whole', text: x255, tokens: [x255] },
  { sentence: 'a longer one is cut every 255 units', text: `${x255}${x255}yz`, tokens: [x255, x255, 'yz'] },
  {
    sentence: 'a cut does not tear a surrogate pair',
    text: `${'x'.repeat(254)}\u{10400}y`,
    tokens: ['x'.repeat(254), '\u{10428}y'],
  },
];

for (const { sentence, text, tokens } of cases) {
  test(sentence, () => {
    assert.deepEqual(tokenize(text), tokens);
    assert.equal(tokenText(text), tokens.join(' '));
  });
}

test('plain ASCII text goes to the ascii tokenizer untouched', () => {
  const line = 'Caused by: java.lang.OutOfMemoryError at Foo.java:12';

  assert.equal(asciiTokenizerText(line), line);
});

const run = fc.string({ unit: fc.constantFrom('a', 'Z', '_', '0'), minLength: 200, maxLength: 600 });
const anyText = fc
  .array(
    fc.oneof(fc.string({ unit: anyCharacter }), fc.string(), run, fc.constantFrom('订单', 'İ', 'ΟΔΟΣ', '\u0000', ' ')),
    { maxLength: 6 },
  )
  .map(parts => parts.join(''));

test('tokens are lower-case, non-empty, within the limit, and tokenizing them again changes nothing', () => {
  fc.assert(
    fc.property(anyText, text => {
      const tokens = tokenize(text);

      for (const token of tokens) assert.ok(token.length > 0 && token.length <= MAX_TOKEN_UNITS);
      assert.deepEqual(tokenize(tokens.join(' ')), tokens);
    }),
  );
});

test("SQLite's ascii tokenizer makes the same tokens of the text it is given", () => {
  const db = new DatabaseSync(':memory:');
  db.exec(`CREATE VIRTUAL TABLE ft USING fts5(t, content='', tokenize="ascii tokenchars '_'");
           CREATE VIRTUAL TABLE voc USING fts5vocab(ft, instance)`);
  const insert = db.prepare('INSERT INTO ft(rowid, t) VALUES (1, ?)');
  const read = db.prepare('SELECT term FROM voc ORDER BY "offset"');

  fc.assert(
    fc.property(anyText, text => {
      db.exec(`INSERT INTO ft(ft) VALUES ('delete-all')`);
      insert.run(asciiTokenizerText(text));

      assert.deepEqual(
        read.all().map(row => row['term']),
        tokenize(text),
      );
    }),
  );
  db.close();
});
