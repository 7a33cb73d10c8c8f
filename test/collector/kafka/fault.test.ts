import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer as createPlainServer, type Server } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { createServer as createTlsServer } from 'node:tls';
import { kafkaFault } from '../../../collector/kafka/fault.ts';
import type { ConnectionFault } from '../../../model/connection-fault.ts';
import { createAuthority } from '../../servers/certificates.ts';

const SASL = { mechanism: 'scram-sha-512', username: 'tidewatch', password: 'hunter2' } as const;

/** An error as kafkajs makes them: with fields of its own, wrapped in another. */
function failure(name: string, message: string, fields: object = {}): Error {
  const inner = Object.assign(new Error(message), { name, ...fields });
  return Object.assign(new Error(message, { cause: inner }), { name: 'KafkaJSNumberOfRetriesExceeded' });
}

async function listening(t: TestContext, server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('a fault of brokers', () => {
  const CASES: readonly (readonly [sentence: string, error: unknown, kind: ConnectionFault['kind'], text: RegExp])[] = [
    [
      'a wrong password',
      failure('KafkaJSSASLAuthenticationError', 'SASL SCRAM SHA512 authentication failed: invalid credentials'),
      'login',
      /refuse the login of tidewatch: .*invalid credentials; check clusters\.data\.sasl\.username and password$/,
    ],
    [
      'a mechanism the brokers do not have',
      failure('KafkaJSProtocolError', 'not supported', { type: 'UNSUPPORTED_SASL_MECHANISM', code: 33 }),
      'login',
      /do not take scram-sha-512; .* clusters\.data\.sasl\.mechanism$/,
    ],
    [
      'a login where none is taken',
      failure('KafkaJSProtocolError', 'state', { type: 'ILLEGAL_SASL_STATE', code: 34 }),
      'login',
      /take clusters\.data\.sasl away/,
    ],
    [
      'a missing right',
      failure('KafkaJSProtocolError', 'Not authorized to access topics', {
        type: 'TOPIC_AUTHORIZATION_FAILED',
        code: 29,
      }),
      'rights',
      /Not authorized to access topics; grant Describe and Read/,
    ],
    [
      'an authority that is not known',
      failure('KafkaJSConnectionError', 'Connection error: unable to verify', {
        code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
        broker: 'k:9093',
      }),
      'authority',
      /certificate of broker k:9093 .* clusters\.data\.tls\.ca/,
    ],
    [
      'a broker that is away',
      failure('KafkaJSConnectionError', 'Connection error: connect ECONNREFUSED', {
        code: 'ECONNREFUSED',
        broker: 'k:9093',
      }),
      'away',
      /^broker k:9093 does not answer: connect ECONNREFUSED; check clusters\.data\.brokers$/,
    ],
    ['what is no error at all', 'nonsense', 'away', /broker a:1 does not answer: nonsense/],
  ];
  for (const [sentence, error, kind, text] of CASES) {
    test(`${sentence} is told with the setting to change, without a secret`, async () => {
      const fault = await kafkaFault(error, { brokers: ['a:1'], sasl: SASL, place: 'clusters.data' });

      assert.equal(fault.kind, kind);
      assert.match(fault.text, text);
      assert.doesNotMatch(fault.text, /hunter2/);
    });
  }

  const closed = (address: string): Error => {
    const [host, port] = address.split(':');
    return failure('KafkaJSConnectionClosedError', 'Closed connection', { host, port: Number(port) });
  };

  test('a closed connection to a port of TLS wants TLS', async t => {
    const { cert, key } = createAuthority('an authority').issue('broker', ['127.0.0.1']);
    const address = await listening(
      t,
      createTlsServer({ cert, key }, socket => socket.destroy()),
    );

    const fault = await kafkaFault(closed(address), { brokers: [address] });

    assert.deepEqual([fault.kind, /set kafka\.tls: true/.test(fault.text)], ['speaks-tls', true]);
  });

  test('a closed connection to another port may want a login', async t => {
    const address = await listening(
      t,
      createPlainServer(socket => socket.destroy()),
    );

    const without = await kafkaFault(closed(address), { brokers: [address] });
    const withLogin = await kafkaFault(closed(address), { brokers: [address], sasl: SASL });

    assert.deepEqual([without.kind, /set kafka\.sasl$/.test(without.text)], ['login', true]);
    assert.equal(withLogin.kind, 'away');
  });

  test('a broker that closed and is gone is away', async t => {
    const server = createPlainServer();
    const address = await listening(t, server);
    server.close();
    await once(server, 'close');

    assert.equal((await kafkaFault(closed(address), { brokers: [address] })).kind, 'away');
  });
});
