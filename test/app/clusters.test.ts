import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clustersToPoll } from '../../app/clusters.ts';
import { Clusters } from '../../lineage/graph/clusters.ts';
import { ManualClock } from '../../model/clock.ts';
import { openSite, silent } from './app-fixture.ts';

const site = openSite();

function plan(more: object) {
  const config = site.config(more);
  const names = new Clusters(config.clusters);
  return clustersToPoll(config, {
    clusterOf: address => names.nameOf(address),
    clock: new ManualClock(0),
    log: silent,
  });
}

const KAFKA = { kafka: { brokers: ['k:1', 'k:2'] } };

test('without any cluster nothing is polled', () => assert.deepEqual(plan({}), []));

test('the brokers of kafka are the only cluster, without a name, and hold every topic whatever its address', () => {
  const [own, ...others] = plan(KAFKA);

  assert.deepEqual([own?.cluster.name, own?.cluster.title, others], ['', 'kafka', []]);
  assert.deepEqual([own?.isHere('alias:1'), own?.isHere(null)], [true, true]);
});

test('a configured cluster that has a broker of kafka stands for it', () => {
  const all = plan({ ...KAFKA, clusters: { main: { brokers: ['k:2'], poll: '5s' } } });

  assert.deepEqual(
    all.map(({ cluster }) => [cluster.name, cluster.pollMs]),
    [['main', 5000]],
  );
});

test('beside configured clusters the brokers of kafka hold only what names them', () => {
  const [data, own] = plan({ ...KAFKA, clusters: { data: { brokers: ['d:1', 'd:2'] } } });

  assert.deepEqual(
    ['d:2', 'k:2', 'alias:1', null].map(address => [data?.isHere(address), own?.isHere(address)]),
    [
      [true, false],
      [false, true],
      [false, false],
      [false, false],
    ],
  );
});

test('a cluster with the brokers of kafka and no login of its own uses that of kafka; the key tells when either changes', () => {
  const sasl = (password: string) => ({ mechanism: 'plain', username: 'u', password });
  const keyOf = (kafka: string, own?: string) =>
    plan({
      kafka: { brokers: ['k:1'], sasl: sasl(kafka) },
      clusters: { main: { brokers: ['k:1'], ...(own ? { sasl: sasl(own) } : {}) } },
    })[0]?.key;

  assert.notEqual(keyOf('one'), keyOf('two'));
  assert.equal(keyOf('one'), keyOf('two', 'one'));
});
