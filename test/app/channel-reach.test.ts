import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createChannelReach } from '../../app/channel-reach.ts';
import { readAppConfig } from '../../app/config.ts';
import { Secret } from '../../model/secret.ts';

const plain = readAppConfig(null, {});
const auth = { username: 'admin', password: new Secret('p') };

function config(http: object, allow_private?: readonly string[]): typeof plain {
  const alerting = { ...plain.alerting, ...(allow_private && { allow_private: [...allow_private] }) };
  return { ...plain, http: { ...plain.http, ...http }, alerting };
}

const CASES: readonly (readonly [string, ReturnType<typeof config>, boolean])[] = [
  ['where only this machine reaches the API', config({}), true],
  ['where its address for people is of this machine', config({ public_url: 'http://localhost:8686' }), true],
  ['not where people come from elsewhere', config({ host: '0.0.0.0', auth }), false],
  ['not where people log in', config({ auth }), false],
  ['not behind a proxy', config({ public_url: 'https://tidewatch.example' }), false],
  ['not where a list says what may be reached', config({}, ['smtp.example']), false],
  ['where the list names it', config({ host: '0.0.0.0', auth }, ['10.0.0.0/8']), true],
];
for (const [sentence, of, isPermitted] of CASES) {
  test(`a channel made over the API reaches the own network ${sentence}`, () => {
    assert.equal(createChannelReach(() => of)(false).permits('x', '10.1.2.3'), isPermitted);
  });
}

test('a channel of the configuration reaches everything, but for what asks for less', () => {
  const { permits, strict } = createChannelReach(() => config({ host: '0.0.0.0', auth }, ['smtp.example']))(true);

  assert.deepEqual(
    [permits('x', '10.1.2.3'), strict.permits('x', '10.1.2.3'), strict.permits('smtp.example', '10.1.2.3')],
    [true, false, true],
  );
  assert.equal(strict.permits('x', '8.8.8.8'), true);
});

test('a reload counts for the next connection', () => {
  let current = config({}, []);
  const reach = createChannelReach(() => current)(false);
  const before = reach.permits('x', '10.1.2.3');

  current = config({}, ['10.1.2.3']);

  assert.deepEqual([before, reach.permits('x', '10.1.2.3')], [false, true]);
});
