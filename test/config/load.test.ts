import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { parseConfig } from '../../config/load.ts';
import { checkAcross, sharedConfig } from '../../config/schema.ts';
import { UserError } from '../../model/errors.ts';
import { Secret } from '../../model/secret.ts';

function issuesOf(text: string, env: NodeJS.ProcessEnv = {}): string[] {
  try {
    parseConfig(sharedConfig, text, { file: 'c.yaml', env, check: checkAcross });
  } catch (error) {
    assert.ok(error instanceof UserError);
    return error.message.split('\n');
  }
  return [];
}

const read = (text: string, env: NodeJS.ProcessEnv = {}) =>
  parseConfig(sharedConfig, text, { file: 'c.yaml', env, check: checkAcross });

test('an empty file is the embedded default', () => {
  const config = read('');

  assert.equal(config.http.port, 8686);
  assert.equal(config.kafka, undefined);
  assert.deepEqual(config.roles, ['collect', 'evaluate', 'web']);
  assert.equal(config.retention.logs, 7 * 86_400_000);
});

const MISTAKES: readonly (readonly [sentence: string, text: string, issues: readonly string[]])[] = [
  ['an unknown key is named at the key', 'http:\n  prot: 1\n', ['c.yaml:2:3 http.prot: unknown key "prot"']],
  [
    'a wrong type is named at the value',
    'http: {port: yes!}\n',
    ['c.yaml:1:14 http.port: Invalid input: expected number, received string'],
  ],
  [
    'a broken duration says how to write one',
    'retention: {logs: 7days}\n',
    ['c.yaml:1:19 retention.logs: "7days" is not a duration; write it as 30s, 5m, 1h30m or 1d'],
  ],
  [
    'a list item is named by its index',
    'kafka:\n  brokers:\n    - a:1\n    - b\n',
    ['c.yaml:4:7 kafka.brokers.1: expected host:port'],
  ],
  [
    'an open host without login is refused',
    'http: {host: 0.0.0.0}\n',
    ['c.yaml:1:14 http.host: listening on 0.0.0.0 needs http.auth {username, password}; or listen on 127.0.0.1'],
  ],
];
for (const [sentence, text, issues] of MISTAKES) test(sentence, () => assert.deepEqual(issuesOf(text), issues));

test('three mistakes are told at once, in the order of the file', () => {
  const issues = issuesOf('log: {level: loud}\nhttp: {port: -1}\nretention: {logz: 1d}\n');

  assert.equal(issues.length, 3);
  assert.deepEqual(
    issues.map(i => i.split(':')[1]),
    ['1', '2', '3'],
  );
});

test('broken YAML is told with line and column', () => {
  assert.match(issuesOf('http: {port: 1\nlog: [')[0] ?? '', /^c\.yaml:\d+:\d+ /);
});

test('the environment overrides the file, also below keys the file does not have', () => {
  const config = read('http: {port: 1}', {
    TIDEWATCH_HTTP__PORT: '9',
    TIDEWATCH_KAFKA__BROKERS: '["a:1","b:2"]',
    TIDEWATCH_DATA_DIR: 'x',
  });

  assert.equal(config.http.port, 9);
  assert.deepEqual(config.kafka?.brokers, ['a:1', 'b:2']);
  assert.equal(config.data_dir, 'x');
});

test("Flink's own TIDEWATCH_ROLE is not an override", () =>
  assert.equal(read('', { TIDEWATCH_ROLE: 'client' }).http.port, 8686));
test('nor is what bin/tidewatch.mjs tells the newer Node it starts', () =>
  assert.equal(read('', { TIDEWATCH_REEXEC: '1' }).http.port, 8686));

test('a mistake in the environment names the variable', () => {
  assert.deepEqual(issuesOf('', { TIDEWATCH_HTTP__PRT: '1' }), ['environment TIDEWATCH_HTTP__PRT: unknown key "prt"']);
});

test('a secret never prints', () => {
  const config = read('elasticsearch: {node: "http://h:9200", auth: {username: u, password: hunter2}}');
  const auth = config.elasticsearch?.auth;

  assert.ok(auth?.password instanceof Secret);
  assert.equal(auth.password.reveal(), 'hunter2');
  assert.doesNotMatch(`${JSON.stringify(config)}${inspect(config, { depth: 9 })}${auth.password}`, /hunter2/);
});

test('a secret from a missing variable is told by name', () => {
  const issues = issuesOf('elasticsearch: {node: "http://h:9200", auth: {api_key: {env: NO_SUCH_VARIABLE_HERE}}}');

  assert.match(issues.join(), /environment variable NO_SUCH_VARIABLE_HERE is not set/);
});
