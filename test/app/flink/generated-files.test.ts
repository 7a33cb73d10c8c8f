import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { generatedFiles, jarsOf } from '../../../app/flink/generated-files.ts';
import { FLINK_VERSIONS, type FlinkVersion, traitsOf } from '../../../app/flink/release.ts';
import { DEPLOYMENTS, type FlinkTarget } from '../../../app/flink/target.ts';
import { readLog4jValue, readProperties } from './java-properties.ts';
import { flinkTarget } from './target-fixture.ts';

const AWKWARD = `dw "x": # 订单 \${y} \`id\``;
const JAAS = `x.ScramLoginModule required username="u" password="\${env:SECRET}";`;

function contentOf(target: FlinkTarget, name: string): string {
  const file = generatedFiles(target).find(f => f.name === name);
  assert.ok(file, `${name} is generated`);
  return file.content;
}

/** What Flink reads of the file its line has: `config.yaml`, or as `GlobalConfiguration.loadLegacyYAMLResource` does. */
function configOf(target: FlinkTarget): Record<string, string> {
  if (traitsOf(target.version).readsConfigYaml)
    return parse(contentOf(target, 'config.fragment.yaml')) as Record<string, string>;
  const lines = contentOf(target, 'flink-conf.fragment.yaml').split('\n');
  return Object.fromEntries(
    lines.flatMap(line => {
      const [key, value] = (line.split('#', 1)[0] ?? '').trim().split(/: (.*)/s, 2);
      return key === undefined || value === undefined ? [] : [[key, value]];
    }),
  );
}

/** `{NAME: value}` as a script leaves its environment. */
function environmentAfter(script: string): Record<string, string> {
  const out = execFileSync('bash', ['-c', `${script}\nenv -0`], { env: { PATH: process.env['PATH'] ?? '' } });
  const entries = out.toString('utf8').split('\0').filter(Boolean);
  return Object.fromEntries(entries.map(e => [e.slice(0, e.indexOf('=')), e.slice(e.indexOf('=') + 1)]));
}

describe('the configuration fragment', () => {
  for (const version of FLINK_VERSIONS) {
    for (const deployment of DEPLOYMENTS) {
      test(`${version} on ${deployment}: texts only, with the reporter`, () => {
        const config = configOf(flinkTarget({ version, deployment, job: AWKWARD }));

        assert.ok(Object.values(config).every(value => typeof value === 'string'));
        assert.equal(config['metrics.reporters'], 'tidewatch');
        assert.equal(config['metrics.reporter.tidewatch.interval'], '10 s');
        assert.equal(config['metrics.reporter.tidewatch.topic'], 'tidewatch.metrics');
        assert.equal(config['metrics.reporter.tidewatch.kafka.bootstrap.servers'], 'k1:9092,k2:9092');
      });
    }
  }

  test('only 2.x has a job listener', () => {
    const keys = (version: FlinkVersion) => Object.keys(configOf(flinkTarget({ version })));

    assert.ok(keys('2.x').includes('execution.job-status-changed-listeners'));
    assert.ok(keys('2.x').includes('tidewatch.jobs.kafka.bootstrap.servers'));
    for (const version of FLINK_VERSIONS.slice(1))
      assert.deepEqual(
        keys(version).filter(key => /listener|tidewatch\.jobs/.test(key)),
        [],
        version,
      );
  });

  test('on YARN a job’s name survives the shell of the launch script', () => {
    const config = configOf(flinkTarget({ job: AWKWARD }));

    for (const process of ['master', 'taskmanager']) {
      const value = config[`containerized.${process}.env.JOB_NAME`] ?? '';
      assert.equal(environmentAfter(`export JOB_NAME="${value}"`)['JOB_NAME'], AWKWARD);
    }
    assert.equal(config['containerized.master.env.TIDEWATCH_ROLE'], 'jobmanager');
    assert.equal(config['containerized.taskmanager.env.TIDEWATCH_ROLE'], 'taskmanager');
    assert.equal(config['containerized.taskmanager.env.JOB_OWNER'], 'dw');
    assert.equal(config['containerized.taskmanager.env.FLINK_CLUSTER'], 'prod');
  });

  test('a session cluster gives no job a name', () => {
    for (const deployment of DEPLOYMENTS) {
      const all = generatedFiles(flinkTarget({ deployment, job: null })).map(f => f.content);
      assert.doesNotMatch(all.join('\n').replace(/\$\{JOB_NAME:-/g, ''), /JOB_NAME/);
    }
  });

  test('each line gets the configuration files it reads', () => {
    const fragments = (version: FlinkVersion): string[] =>
      generatedFiles(flinkTarget({ version }))
        .map(f => f.name)
        .filter(name => name.endsWith('.fragment.yaml'));

    assert.deepEqual(fragments('2.x'), ['config.fragment.yaml']);
    assert.deepEqual(fragments('1.19'), ['config.fragment.yaml', 'flink-conf.fragment.yaml']);
    assert.deepEqual(fragments('1.18'), ['flink-conf.fragment.yaml']);
  });

  test('the pod template is named by the key that the line knows', () => {
    const key = (version: FlinkVersion) =>
      Object.keys(configOf(flinkTarget({ version, deployment: 'kubernetes' }))).find(k => /pod-template/.test(k));

    assert.equal(key('1.16'), 'kubernetes.pod-template-file');
    assert.equal(key('1.17'), 'kubernetes.pod-template-file.default');
  });

  test('what flink-conf.yaml cannot hold is named, before 1.19 without another file to turn to', () => {
    const target = flinkTarget({ version: '1.16', job: 'a # b' });

    assert.match(
      contentOf(target, 'flink-conf.fragment.yaml'),
      /^# containerized\.master\.env\.JOB_NAME: .*choose one without # and line breaks$/m,
    );
  });

  test('flink-conf.yaml names what it cannot hold', () => {
    const target = flinkTarget({ version: '1.20', job: 'a # b', owner: 'data team' });
    const lines = contentOf(target, 'flink-conf.fragment.yaml').split('\n');

    assert.ok(lines.includes('metrics.reporter.tidewatch.interval: 10 s'));
    assert.ok(lines.includes('containerized.master.env.JOB_OWNER: data team'));
    assert.ok(lines.some(line => /^# containerized\.master\.env\.JOB_NAME: .*use config\.yaml$/.test(line)));
    assert.ok(generatedFiles(flinkTarget()).every(f => f.name !== 'flink-conf.fragment.yaml'));
  });
});

describe('the logging files', () => {
  const secure = flinkTarget({
    kafka: { ...flinkTarget().kafka, producer: { 'security.protocol': 'SASL_SSL', 'sasl.jaas.config': JAAS } },
  });
  const KINDS: readonly (readonly [name: string, target: FlinkTarget, refs: readonly string[]])[] = [
    ['log4j.properties', secure, ['MainAppender', 'Tidewatch']],
    [
      'log4j-console.properties',
      { ...secure, deployment: 'kubernetes' },
      ['ConsoleAppender', 'MainAppender', 'Tidewatch'],
    ],
    ['log4j-cli.properties', secure, ['FileAppender', 'Tidewatch']],
  ];
  test('the actor system is named as the line calls it', () => {
    const loggers = (version: FlinkVersion) =>
      [...readProperties(contentOf(flinkTarget({ version }), 'log4j.properties'))]
        .filter(([key]) => /^logger\.(akka|pekko)\.name$/.test(key))
        .map(([, value]) => value);

    assert.deepEqual(loggers('1.17'), ['akka']);
    assert.deepEqual(loggers('1.18'), ['org.apache.pekko']);
  });

  for (const [name, target, refs] of KINDS) {
    test(`${name}: Flink’s own appenders stay, ours is beside them, every reference has its appender`, () => {
      const entries = readProperties(contentOf(target, name));
      const values = (pattern: RegExp) => [...entries].filter(([key]) => pattern.test(key)).map(([, value]) => value);
      const appenders = values(/^appender\.\w+\.name$/);

      assert.deepEqual(values(/^rootLogger\.appenderRef\.\w+\.ref$/), refs);
      for (const ref of values(/\.ref$/)) assert.ok(appenders.includes(ref), ref);
      assert.equal(entries.get('appender.tidewatch.type'), 'TidewatchKafka');
      assert.equal(entries.get('appender.tidewatch.topic'), 'tidewatch.logs');
      assert.equal(entries.get('appender.tidewatch.bootstrapServers'), 'k1:9092,k2:9092');
    });
  }

  test('producer settings are nested properties, their references left for Kafka to resolve', () => {
    const entries = readProperties(contentOf(secure, 'log4j.properties'));

    assert.equal(entries.get('appender.tidewatch.p2.type'), 'Property');
    assert.equal(entries.get('appender.tidewatch.p2.name'), 'kafka.sasl.jaas.config');
    assert.equal(readLog4jValue(entries.get('appender.tidewatch.p2.value') ?? ''), JAAS);
  });
});

describe('the environment outside YARN', () => {
  test('standalone: each process is a container of the cluster, awkward names included', () => {
    const target = flinkTarget({ deployment: 'standalone', job: AWKWARD, cluster: null });
    const job = environmentAfter(contentOf(target, 'env-taskmanager.sh'));
    const client = environmentAfter(contentOf(target, 'env-client.sh'));

    assert.deepEqual([job['JOB_NAME'], job['TIDEWATCH_ROLE'], job['_APP_ID']], [AWKWARD, 'taskmanager', AWKWARD]);
    assert.match(job['CONTAINER_ID'] ?? '', /-taskmanager-\d+-\d+$/);
    assert.deepEqual([client['TIDEWATCH_ROLE'], client['CONTAINER_ID']], ['client', undefined]);
  });

  test('standalone: a session cluster’s application is the cluster', () => {
    const target = flinkTarget({ deployment: 'standalone', job: null });

    assert.equal(environmentAfter(contentOf(target, 'env-jobmanager.sh'))['_APP_ID'], 'prod');
  });

  test('Kubernetes: pods take their names from themselves and the password from a secret', () => {
    const target = flinkTarget({
      deployment: 'kubernetes',
      kafka: { ...flinkTarget().kafka, secret: { env: 'PASS' } },
    });
    const pod = parse(contentOf(target, 'tidewatch-pod-template.yaml')) as {
      spec: { containers: { name: string; env: { name: string; valueFrom: object }[] }[] };
    };

    assert.deepEqual(pod.spec.containers, [
      {
        name: 'flink-main-container',
        env: [
          { name: 'CONTAINER_ID', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
          { name: '_APP_ID', valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } },
          { name: 'PASS', valueFrom: { secretKeyRef: { name: 'tidewatch-kafka', key: 'password' } } },
        ],
      },
    ]);
    assert.equal(configOf(target)['kubernetes.pod-template-file.default'], 'conf/tidewatch-pod-template.yaml');
  });
});

test('the reporter is a plugin of its own, the library lies beside Flink’s', () => {
  assert.deepEqual(
    jarsOf(flinkTarget()).map(j => j.to),
    ['plugins/tidewatch-metrics/tidewatch-flink-metrics-0.1.0.jar', 'lib/tidewatch-flink-lib-0.1.0.jar'],
  );
});
