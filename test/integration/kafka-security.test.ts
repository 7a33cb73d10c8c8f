/** A Kafka as production has it: TLS by an authority of its own, logins, client certificates; what goes wrong there is told where it is mended. */
import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { parse } from 'yaml';
import { cli } from '../app/run-cli.ts';
import { type Broker, connectBroker, createTopics, TOPICS } from '../e2e/broker.ts';
import { installFlink } from '../servers/flink.ts';
import { KAFKA_USER, type SecureKafka, startSecureKafka } from '../servers/secure-kafka.ts';
import { freePorts } from '../servers/server-process.ts';
import { type Daemon, scratchDir, startDaemon, writeConfig } from '../support/daemon.ts';
import { flinkJars } from '../support/flink-jars.ts';
import { until } from '../support/until.ts';

const LIMIT_MS = 240_000;
const WRONG_PASSWORD = 'not-the-Pa55word';
const dir = scratchDir();
let server: SecureKafka | undefined;
let broker: Broker | undefined;

before(async () => {
  server = await startSecureKafka();
  broker = await connectBroker(server);
  await createTopics(broker.admin, { ...Object.fromEntries(Object.values(TOPICS).map(name => [name, 1])), orders: 2 });
});

after(async () => {
  await broker?.close();
  await server?.kill();
});

function started(): { readonly kafka: SecureKafka; readonly topics: Broker } {
  assert.ok(server && broker);
  return { kafka: server, topics: broker };
}

/** Writes a file beside the configuration, as a secret is mounted. */
function secretFile(name: string, text: string): void {
  writeFileSync(join(dir, name), `${text}\n`, { mode: 0o600 });
}

function login(mechanism: string, password: unknown = KAFKA_USER.password, username: string = KAFKA_USER.username) {
  return { mechanism, username, password };
}

/** What the daemon wrote, checked for secrets. */
function outputOf(daemon: Daemon): string {
  for (const secret of [KAFKA_USER.password, WRONG_PASSWORD]) assert.ok(!daemon.output.includes(secret));
  return daemon.output;
}

async function detailOf(daemon: Daemon, check: string): Promise<string> {
  return (await daemon.readiness()).checks.find(({ name }) => name === check)?.detail ?? '';
}

interface Clusters {
  readonly clusters: readonly { readonly name: string; readonly state: string; readonly detail: string }[];
}

async function clusterOf(daemon: Daemon): Promise<Clusters['clusters'][number] | undefined> {
  return (await daemon.get<Clusters>('/api/v1/status')).clusters.find(({ name }) => name === 'data');
}

test('the daemon collects and polls over SASL_SSL; a wrong password and a wrong authority are told, and mended without a restart', {
  timeout: LIMIT_MS,
}, async t => {
  const { kafka, topics } = started();
  secretFile('kafka-password', WRONG_PASSWORD);
  copyFileSync(kafka.caFile, join(dir, 'ca.pem'));
  copyFileSync(kafka.otherCaFile, join(dir, 'data-ca.pem'));
  const config = writeConfig(dir, 'secure', {
    http: { port: 0 },
    data_dir: './data-secure',
    kafka: {
      brokers: [kafka.saslSsl],
      sasl: login('scram-sha-512', { file: 'kafka-password' }),
      tls: { ca: 'ca.pem' },
    },
    // The same broker by another address of it: what is of `kafka` is not taken over.
    clusters: {
      data: {
        brokers: [kafka.mutualTls],
        tls: { ca: 'data-ca.pem', cert: kafka.client.certFile, key: { file: kafka.client.keyFile } },
        poll: '1s',
        topics: ['ord*'],
      },
    },
  });
  const daemon = await startDaemon(config);
  t.after(() => daemon.kill());

  await until('the wrong password is told', async () =>
    /refuse the login of tidewatch: .*; check kafka\.sasl\.username and password/.test(await detailOf(daemon, 'kafka')),
  );
  assert.match(outputOf(daemon), /"reason":"the brokers refuse the login of tidewatch/);
  await until('the wrong authority is told', async () =>
    /authority that is not trusted here; name that authority's certificate in clusters\.data\.tls\.ca/.test(
      (await clusterOf(daemon))?.detail ?? '',
    ),
  );

  secretFile('kafka-password', KAFKA_USER.password);
  copyFileSync(kafka.caFile, join(dir, 'data-ca.pem'));

  await until(
    'Kafka answers',
    async () => (await daemon.readiness()).checks.find(c => c.name === 'kafka')?.ok === true,
  );
  const now = Date.now();
  const metric = { ts: now, name: 'lag_probe', value: 7, logical: 'probe', vars: { job_name: 'etl' } };
  await topics.send(TOPICS.metrics, [{ ts: now, value: metric }]);
  await topics.send(TOPICS.logs, [{ ts: now, value: 'a line over SASL_SSL' }]);
  await until('the line is found', async () => {
    const { items } = await daemon.get<{ items: unknown[] }>('/api/v1/logs/search?q=SASL_SSL');
    return items.length === 1;
  });
  await until('the metric is stored', async () => {
    const rate = await daemon.metric('tidewatch_records_in_total{stream="metrics"}');
    return rate === 1;
  });
  await until('the cluster is polled', async () => (await clusterOf(daemon))?.state === 'polling');
  const api = await Promise.all(
    ['/api/v1/status', '/metrics'].map(path => fetch(daemon.url + path).then(r => r.text())),
  );
  for (const text of api) assert.ok(!text.includes(KAFKA_USER.password) && !text.includes(WRONG_PASSWORD));
  assert.match(outputOf(daemon), /Kafka answers again/);
  const { code } = await daemon.stop();
  assert.equal(code, 0);
});

test('the doctor tells every fault of a connection with its place in the configuration and the remedy', {
  timeout: LIMIT_MS,
}, async () => {
  const { kafka } = started();
  const [http = 0] = await freePorts(1);
  const [plain = ''] = kafka.brokers;
  const tls = { ca: kafka.caFile };
  const byName = (address: string): string => address.replace('127.0.0.1', 'localhost');
  const sasl = login('plain');
  const CLUSTERS: Readonly<Record<string, readonly [settings: object, detail: RegExp]>> = {
    'by-scram-256': [{ brokers: [kafka.saslSsl], tls, sasl: login('scram-sha-256') }, /\d topics, /],
    'by-plain': [{ brokers: [kafka.saslSsl], tls, sasl }, /\d topics, /],
    'in-the-clear': [{ brokers: [kafka.saslPlaintext], sasl: login('scram-sha-512') }, /\d topics, /],
    'by-certificate': [
      { brokers: [kafka.mutualTls], tls: { ...tls, cert: kafka.client.certFile, key: kafka.client.keyFile } },
      /\d topics, /,
    ],
    unchecked: [{ brokers: [byName(kafka.saslSsl)], tls: { reject_unauthorized: false }, sasl }, /\d topics, /],
    'wrong-user': [
      { brokers: [kafka.saslSsl], tls, sasl: login('scram-sha-256', WRONG_PASSWORD, 'nobody') },
      /refuse the login of nobody: .*; check clusters\.wrong-user\.sasl\.username and password/,
    ],
    'wrong-authority': [
      { brokers: [kafka.saslSsl], tls: { ca: kafka.otherCaFile }, sasl },
      /not trusted here; name that authority's certificate in clusters\.wrong-authority\.tls\.ca/,
    ],
    'no-authority': [
      { brokers: [kafka.saslSsl], tls: true, sasl },
      /not trusted here; name that authority's certificate in clusters\.no-authority\.tls\.ca/,
    ],
    'wrong-name': [
      { brokers: [byName(kafka.saslSsl)], tls, sasl },
      /certificate of broker localhost:\d+ is for other names .*; write a name of the certificate in clusters\.wrong-name\.brokers/,
    ],
    'no-tls': [{ brokers: [kafka.saslSsl], sasl }, /speaks TLS; set clusters\.no-tls\.tls/],
    'tls-for-none': [
      { brokers: [kafka.saslPlaintext], tls, sasl },
      /does not answer in TLS; take clusters\.tls-for-none\.tls away/,
    ],
    'no-login': [{ brokers: [kafka.saslSsl], tls }, /where it wants a login, set clusters\.no-login\.sasl/],
    'no-login-and-no-tls': [{ brokers: [kafka.saslSsl] }, /speaks TLS; set clusters\.no-login-and-no-tls\.tls/],
    'login-for-none': [{ brokers: [plain], sasl }, /take clusters\.login-for-none\.sasl away/],
    'no-certificate': [
      { brokers: [kafka.mutualTls], tls },
      /wants a client certificate: set clusters\.no-certificate\.tls\.cert and clusters\.no-certificate\.tls\.key/,
    ],
    nobody: [
      { brokers: ['127.0.0.1:1'] },
      /broker 127\.0\.0\.1:1 does not answer: .*ECONNREFUSED.*; check clusters\.nobody\.brokers/,
    ],
  };
  const config = writeConfig(dir, 'faults', {
    http: { port: http },
    data_dir: './data-faults',
    // A cluster with a broker of `kafka` and no login of its own would use this one.
    kafka: { brokers: [kafka.saslPlaintext], sasl: login('plain', WRONG_PASSWORD) },
    clusters: Object.fromEntries(Object.entries(CLUSTERS).map(([name, [settings]]) => [name, settings])),
  });

  const { out, err, code } = await cli(['doctor', '--config', config, '--json']);

  assert.equal(code, 1, err);
  const findings = JSON.parse(out) as { name: string; ok: boolean; detail: string }[];
  const found = new Map(findings.map(finding => [finding.name, finding]));
  for (const [name, [, detail]] of Object.entries(CLUSTERS)) {
    const finding = found.get(`cluster ${name}`);
    assert.match(finding?.detail ?? '', detail, name);
    assert.equal(finding?.ok, detail.source.startsWith('\\d topics'), name);
  }
  assert.match(
    found.get('kafka')?.detail ?? '',
    /refuse the login of tidewatch: .*; check kafka\.sasl\.username and password/,
  );
  for (const secret of [KAFKA_USER.password, WRONG_PASSWORD]) assert.ok(!`${out}${err}`.includes(secret));
});

/** Files of `flink-config`, by name; their paths on Flink's hosts stand for those of this machine. */
async function flinkFiles(kafka: SecureKafka, settings: object): Promise<ReadonlyMap<string, string>> {
  const config = writeConfig(dir, 'flink', { kafka: settings });
  const { out, err, code } = await cli(['flink-config', '--job', 'orders', '--config', config, '--json']);
  assert.equal(code, 0, err);
  const { files } = JSON.parse(out) as { files: { name: string; content: string }[] };
  return new Map(
    files.map(({ name, content }) => [
      name,
      content
        .replaceAll('/etc/tidewatch/kafka-ca.pem', kafka.caFile)
        .replaceAll('/etc/tidewatch/kafka-client.pem', join(dir, 'kafka-client.pem')),
    ]),
  );
}

const SENDERS: readonly (readonly [
  sentence: string,
  settings: (kafka: SecureKafka) => object,
  environment: Readonly<Record<string, string>>,
])[] = [
  [
    'a login over TLS, the password in a variable',
    kafka => ({
      brokers: [kafka.saslSsl],
      tls: { ca: kafka.caFile },
      sasl: login('scram-sha-512', { env: 'TELEMETRY_PASSWORD' }),
    }),
    { TELEMETRY_PASSWORD: KAFKA_USER.password },
  ],
  [
    'a client certificate',
    kafka => ({
      brokers: [kafka.mutualTls],
      tls: { ca: kafka.caFile, cert: kafka.client.certFile, key: kafka.client.keyFile },
    }),
    {},
  ],
];
for (const [sentence, settings, environment] of SENDERS) {
  test(`what flink-config writes makes Flink's client log in by ${sentence}: its job and its log lines arrive`, {
    timeout: LIMIT_MS,
  }, async t => {
    const { kafka, topics } = started();
    const begun = await endsOf(topics);
    const [flink, { lib }] = await Promise.all([installFlink('2.3.0'), flinkJars()]);
    t.after(() => flink.close());
    copyFileSync(lib, join(flink.home, 'lib/tidewatch-flink-lib.jar'));
    writeFileSync(
      join(dir, 'kafka-client.pem'),
      readFileSync(kafka.client.keyFile, 'utf8') + readFileSync(kafka.client.certFile, 'utf8'),
    );
    writeFileSync(join(dir, 'orders.sql'), "CREATE TABLE t (id INT) WITH ('connector' = 'datagen');");
    const files = await flinkFiles(kafka, settings(kafka));
    // How long a client may take on this machine is no matter here.
    const logging = files.get('log4j-cli.properties')?.replace('flushTimeoutMs = 2000', 'flushTimeoutMs = 60000') ?? '';
    assert.match(logging, /flushTimeoutMs = 60000/);
    writeFileSync(join(flink.home, 'conf/log4j-cli.properties'), logging);
    const fragment = parse(files.get('config.fragment.yaml') ?? '') as Record<string, string>;
    const producer = Object.entries(fragment).flatMap(([key, value]) => {
      const name = /^tidewatch\.jobs\.kafka\.(?!bootstrap)(.*)$/.exec(key)?.[1];
      return name === undefined ? [] : ['--kafka', `${name}=${value}`];
    });
    const brokers = fragment['tidewatch.jobs.kafka.bootstrap.servers'] ?? '';
    const job = ['--sql', join(dir, 'orders.sql'), '--name', 'orders', '--brokers', brokers, ...producer];

    await flink.runClient('io.tidewatch.flink.jobs.JobsClient', job, [], environment);

    const ended = await endsOf(topics);
    assert.equal(ended.jobs - begun.jobs, 1);
    assert.ok(ended.logs > begun.logs, 'lines of the client itself');
  });
}

async function endsOf({ admin }: Broker): Promise<{ readonly jobs: number; readonly logs: number }> {
  const end = async (topic: string): Promise<number> => Number((await admin.fetchTopicOffsets(topic))[0]?.high);
  return { jobs: await end(TOPICS.jobs), logs: await end(TOPICS.logs) };
}
