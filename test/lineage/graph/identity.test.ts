/** Physical identity of tables: two names on one thing join up, two things never do. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { Clusters } from '../../../lineage/graph/clusters.ts';
import { datasetRef } from '../../../lineage/graph/dataset.ts';
import { connectorOf, deliveryOf, identify, isLookup } from '../../../lineage/graph/identity.ts';

function ids(options: Record<string, string>, clusters = new Clusters({})): string[] {
  return identify({ options: new Map(Object.entries(options)), name: 'dw.t', job: 'j' }, clusters).map(
    found => found.id,
  );
}

describe('identity', () => {
  const cases: readonly [string, Record<string, string>, string[]][] = [
    [
      'a Kafka topic',
      { connector: 'kafka', topic: 'dw_log', 'properties.bootstrap.servers': 'h:9092' },
      ['kafka://h:9092/dw_log'],
    ],
    [
      'an upsert topic is the same thing',
      { connector: 'upsert-kafka', topic: 'dw_log', 'properties.bootstrap.servers': 'h:9092' },
      ['kafka://h:9092/dw_log'],
    ],
    [
      'brokers in any order',
      { connector: 'kafka', topic: 't', 'properties.bootstrap.servers': 'PLAINTEXT://b:9092, a:9092' },
      ['kafka://a:9092/t'],
    ],
    [
      'several topics',
      { connector: 'kafka', topic: 'a; b', 'properties.bootstrap.servers': 'h:1' },
      ['kafka://h:1/a', 'kafka://h:1/b'],
    ],
    [
      'legacy keys',
      { 'connector.type': 'kafka', 'connector.topic': 't', 'connector.properties.bootstrap.servers': 'h:1' },
      ['kafka://h:1/t'],
    ],
    [
      'JDBC on MySQL',
      { connector: 'jdbc', url: 'jdbc:mysql://db:3306/dim?useSSL=false', 'table-name': 'device' },
      ['mysql://db:3306/dim.device'],
    ],
    [
      'the default port',
      { connector: 'jdbc', url: 'jdbc:postgresql://db/dim', 'table-name': 'device' },
      ['postgres://db:5432/dim.device'],
    ],
    [
      'MySQL CDC is the same table',
      { connector: 'mysql-cdc', hostname: 'db', 'database-name': 'dim', 'table-name': 'device' },
      ['mysql://db:3306/dim.device'],
    ],
    [
      'HBase with a version',
      { connector: 'hbase-2.2', 'zookeeper.quorum': 'z2:2181,z1:2181', 'table-name': 'd' },
      ['hbase://z1:2181,z2:2181/d'],
    ],
    [
      'Elasticsearch',
      { connector: 'elasticsearch-7', hosts: 'http://user:pw@es:9200', index: 'i' },
      ['elasticsearch://es:9200/i'],
    ],
    [
      'a file system path',
      { connector: 'filesystem', path: 'hdfs://nn:8020/warehouse/t/' },
      ['hdfs://nn:8020/warehouse/t'],
    ],
    ['Druid', { connector: 'druid', cluster: 'prod', datasource: 'd' }, ['druid://prod/d']],
    ['print belongs to its job', { connector: 'print' }, ['local://j/dw.t']],
    ['a connector nobody knows', { connector: 'acme' }, ['acme://unknown/dw.t']],
    ['no connector, no identity', { topic: 't' }, []],
  ];
  for (const [title, options, expected] of cases) test(title, () => assert.deepEqual(ids(options), expected));

  test('brokers of a configured cluster are one, named by its first', () => {
    const clusters = new Clusters({ data: { brokers: ['k1:9092', 'k2:9092'] } });

    for (const servers of ['k2:9092', 'k2:9092,k1:9092', 'k1:9092']) {
      assert.deepEqual(ids({ connector: 'kafka', topic: 't', 'properties.bootstrap.servers': servers }, clusters), [
        'kafka://k1:9092/t',
      ]);
    }
    assert.equal(clusters.nameOf('k2:9092'), 'data');
  });

  test('brokers once listed together stay one cluster', () => {
    const clusters = new Clusters({});

    assert.equal(clusters.namespace('b:1,a:1'), 'kafka://a:1');
    assert.equal(clusters.namespace('b:1'), 'kafka://a:1');
    assert.equal(clusters.namespace('c:1,b:1'), 'kafka://a:1');
    assert.equal(clusters.namespace('c:1'), 'kafka://a:1');
  });
});

test('the connector tells a dimension from a versioned stream', () => {
  assert.deepEqual(['jdbc', 'hbase', 'mysql', 'redis', null].map(isLookup), [true, true, true, true, true]);
  assert.deepEqual(['kafka', 'upsert-kafka', 'mysql-cdc'].map(isLookup), [false, false, false]);
  assert.equal(connectorOf(new Map([['connector', 'HBase-1.4']])), 'hbase');
});

test('exactly-once and lake sinks are seen at checkpoints', () => {
  const of = (options: Record<string, string>) => deliveryOf(new Map(Object.entries(options)));

  assert.deepEqual(of({ connector: 'kafka' }), { delivery: 'at_least_once', visibleOnCheckpoint: false });
  assert.deepEqual(of({ connector: 'kafka', 'sink.delivery-guarantee': 'exactly-once' }), {
    delivery: 'exactly_once',
    visibleOnCheckpoint: true,
  });
  assert.deepEqual(of({ connector: 'iceberg' }), { delivery: 'exactly_once', visibleOnCheckpoint: true });
});

describe('the table of the lineage listener, which names datasets inside Flink', () => {
  const table = new URL('../../../flink/lib/src/test/resources/dataset-ids.json', import.meta.url);
  const cases: { what: string; options: Record<string, string>; name?: string; ids: string[] }[] = JSON.parse(
    readFileSync(table, 'utf8'),
  );
  for (const { what, options, name = 't', ids: expected } of cases) {
    test(what, () => {
      const found = identify({ options: new Map(Object.entries(options)), name, job: 'etl/job' }, new Clusters({}));
      assert.deepEqual(
        found.map(({ id }) => id),
        expected,
      );
    });
  }
});

test('a declared topic is on its cluster, whichever of the brokers it names', () => {
  const clusters = new Clusters({ main: { brokers: ['h1:9092', 'h2:9092'] } });
  const ref = datasetRef('kafka://h2:9092/dw_log', clusters);
  assert.equal(ref.kind === 'physical' && ref.dataset.id, 'kafka://h1:9092/dw_log');
});
