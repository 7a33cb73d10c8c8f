import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readTelemetryKafka } from '../../../app/flink/kafka-settings.ts';
import { UserError } from '../../../model/errors.ts';
import { openSite } from '../app-fixture.ts';

const SASL = { mechanism: 'scram-sha-512', username: 'tide "w"', password: 'hunter2' };

function read(kafka: object | null, more: { brokers?: string; passwordFile?: string } = {}) {
  const file = kafka === null ? null : openSite().write('c.yaml', { kafka });
  return readTelemetryKafka({ file, env: {}, brokers: null, passwordFile: null, ...more });
}

describe('the Kafka settings of Flink’s producers', () => {
  test('brokers of the command line need no configuration, and come before it', () => {
    assert.equal(read(null, { brokers: 'h:1' }).bootstrapServers, 'h:1');
    assert.equal(read({ brokers: ['a:1', 'b:2'] }).bootstrapServers, 'a:1,b:2');
    assert.equal(read({ brokers: ['a:1'] }, { brokers: 'h:1' }).bootstrapServers, 'h:1');
  });

  test('without brokers there is nothing to write', () => {
    assert.throws(
      () => read(null),
      (error: unknown) => error instanceof UserError && /--brokers/.test(error.message),
    );
  });

  test('topics are the daemon’s own', () => {
    const { topics } = read({ brokers: ['a:1'], topics: { logs: 'my.logs' } });

    assert.deepEqual([topics.metrics, topics.logs, topics.jobs], ['tidewatch.metrics', 'my.logs', 'tidewatch.jobs']);
  });

  test('a password is named, never written: by default as an environment variable', () => {
    const { producer, secret, remarks } = read({ brokers: ['a:1'], sasl: SASL });

    assert.deepEqual(secret, { env: 'KAFKA_TELEMETRY_PASSWORD' });
    assert.deepEqual(producer, {
      'security.protocol': 'SASL_PLAINTEXT',
      'sasl.mechanism': 'SCRAM-SHA-512',
      'sasl.jaas.config':
        'org.apache.kafka.common.security.scram.ScramLoginModule required username="tide \\"w\\"" password="$' +
        '{env:KAFKA_TELEMETRY_PASSWORD}";',
      'config.providers': 'env',
      'config.providers.env.class': 'org.apache.kafka.common.config.provider.EnvVarConfigProvider',
    });
    assert.doesNotMatch(JSON.stringify({ producer, remarks }), /hunter2/);
    assert.match(remarks.join(), /KAFKA_TELEMETRY_PASSWORD/);
  });

  test('the variable of the configuration is taken over, set here or not', () => {
    const { secret } = read({ brokers: ['a:1'], sasl: { ...SASL, password: { env: 'NOT_SET_HERE' } } });

    assert.deepEqual(secret, { env: 'NOT_SET_HERE' });
  });

  test('a file on Flink’s hosts instead', () => {
    const { producer, secret, remarks } = read(
      { brokers: ['a:1'], sasl: { ...SASL, mechanism: 'plain' } },
      { passwordFile: '/etc/flink/kafka.properties' },
    );

    assert.deepEqual(secret, { file: '/etc/flink/kafka.properties' });
    assert.match(
      producer['sasl.jaas.config'] ?? '',
      /^org\.apache\.kafka\.common\.security\.plain\.PlainLoginModule .*password="\$\{file:\/etc\/flink\/kafka\.properties:password\}";$/,
    );
    assert.equal(producer['config.providers.file.class'], 'org.apache.kafka.common.config.provider.FileConfigProvider');
    assert.match(remarks.join(), /\/etc\/flink\/kafka\.properties/);
  });

  const TLS: readonly (readonly [
    sentence: string,
    kafka: object,
    protocol: string | undefined,
    keys: number,
    remarks: number,
  ])[] = [
    ['none', {}, undefined, 0, 0],
    ['off', { tls: false }, undefined, 0, 0],
    ['with the machine’s own authorities', { tls: true }, 'SSL', 0, 0],
    ['with an authority', { tls: { ca: 'PEM' } }, 'SSL', 2, 1],
    ['with a client certificate', { tls: { ca: 'PEM', cert: 'PEM', key: 'PEM' } }, 'SSL', 4, 2],
    ['unchecked, which Java’s client cannot', { tls: { reject_unauthorized: false } }, 'SSL', 0, 1],
    ['below a login', { tls: true, sasl: SASL }, 'SASL_SSL', 0, 1],
  ];
  for (const [sentence, kafka, protocol, keys, remarks] of TLS) {
    test(`TLS ${sentence}`, () => {
      const read_ = read({ brokers: ['a:1'], ...kafka });

      assert.equal(read_.producer['security.protocol'], protocol);
      assert.equal(Object.keys(read_.producer).filter(key => key.startsWith('ssl.')).length, keys);
      assert.equal(read_.remarks.length, remarks);
    });
  }
});
