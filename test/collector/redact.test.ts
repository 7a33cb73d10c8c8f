import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRedactor, MASK, redactJson } from '../../collector/redact.ts';

const redactor = createRedactor();

for (const [sentence, text, masked] of [
  ['a pair', 'user=x password=abc, next', `user=x password=${MASK}, next`],
  ['a quoted pair of SQL', "WITH ('password' = 's3 cret')", `WITH ('password' = '${MASK}')`],
  ['JSON', '{"api_key":"zzz","a":1}', `{"api_key":"${MASK}","a":1}`],
  ['JSON inside JSON', '{"m":"{\\"secret\\":\\"zzz\\"}"}', `{"m":"{\\"secret\\":\\"${MASK}\\"}"}`],
  ['a JDBC URL', 'jdbc:mysql://u:p4ss@h/db?user=u&password=yy', `jdbc:mysql://u:${MASK}@h/db?user=u&password=${MASK}`],
  ['an authorization header', 'Authorization: Bearer abc.def', `Authorization: Bearer ${MASK}`],
  ['an AWS access key', 'key AKIAABCDEFGHIJKLMNOP used', `key ${MASK} used`],
  ['a longer setting', 'ssl.keystore.password: hunter2', `ssl.keystore.password: ${MASK}`],
  ['a private key', '-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----', MASK],
] as const) {
  test(`masks ${sentence}`, () => {
    assert.equal(redactor.text(text), masked);
    assert.equal(redactor.suspects(text), true);
  });
}

for (const text of [
  'delegation tokens renewed',
  'ssl.key.password = null',
  'keyBy(foo), key: 5',
  'tokenizer=whitespace',
  'at http://h:8080/x',
]) {
  test(`leaves alone: ${text}`, () => {
    assert.equal(redactor.text(text), text);
  });
}

test('own patterns are masked beside the built-in ones, and nothing when disabled', () => {
  assert.equal(
    createRedactor({ patterns: ['\\b\\d{18}\\b'] }).text('id 110101199003070011 password=x'),
    `id ${MASK} password=${MASK}`,
  );
  assert.equal(createRedactor({ enabled: false }).text('password=x'), 'password=x');
  assert.throws(() => createRedactor({ patterns: ['('] }), SyntaxError);
});

test('JSON is masked by the name of its keys and inside its texts', () => {
  const masked = redactJson(
    { options: { 'properties.sasl.password': 'x', secretKey: 5, topic: 't' }, list: ['token=abc'] },
    redactor,
  );

  assert.deepEqual(masked, {
    options: { 'properties.sasl.password': MASK, secretKey: MASK, topic: 't' },
    list: [`token=${MASK}`],
  });
});
