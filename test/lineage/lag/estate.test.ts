import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { estateOn, identifyConsumers } from '../../../lineage/lag/estate.ts';
import type { Hop } from '../../../lineage/lag/hop-graph.ts';
import { OffsetTables } from '../../../lineage/lag/offsets.ts';
import { addRow } from '../../../lineage/lag/tables/offset-intake.ts';

const clusterOf = (address: string): string | null => ({ 'a:1': 'data-1', 'b:1': 'data-2' })[address] ?? null;

function hop(name: string, inputs: readonly string[], more: Partial<Hop> = {}): Hop {
  return { hop: name, inputs, output: null, windowMs: null, allowedOooMs: 0, delivery: 'at_least_once', ...more };
}

/** The estate on data-1, one of two clusters: an address nobody told could be on either. */
function estate(hops: readonly Hop[], tables = new OffsetTables(), ended: readonly string[] = []) {
  return estateOn({
    graph: { hops },
    tables,
    cluster: 'data-1',
    isHere: address => address !== null && clusterOf(address) === 'data-1',
    hasEnded: name => ended.includes(name),
  });
}

describe('topics', () => {
  const TOPICS: readonly (readonly [sentence: string, hop: Hop, topics: readonly string[]])[] = [
    ['inputs on this cluster', hop('j', ['kafka://a:1/in', 'kafka://b:1/there']), ['in']],
    ['outputs too: whether they grow tells a dead job', hop('j', [], { output: 'kafka://a:1/out' }), ['out']],
    [
      'lookups and optional inputs too',
      hop('j', [], { lookups: ['kafka://a:1/l'], optionalInputs: ['kafka://a:1/o'] }),
      ['l', 'o'],
    ],
    ['tables of databases are none', hop('j', ['mysql://a:1/db.t'], { output: 'druid://a:1/d' }), []],
    ['a name may hold slashes', hop('j', ['kafka://a:1/x/y']), ['x/y']],
    [
      'an address nobody told is not guessed between clusters',
      hop('j', ['by-name://unresolved/n', 'kafka://unknown/u', 'bare']),
      [],
    ],
  ];
  for (const [sentence, found, topics] of TOPICS) {
    test(sentence, () => assert.deepEqual([...estate([found]).topics].sort(), topics));
  }

  test('where only one cluster is polled, what nobody told lies there', () => {
    const { topics } = estateOn({
      graph: { hops: [hop('j', ['by-name://unresolved/n', 'kafka://unknown/u', 'bare', 'kafka://b:1/there'])] },
      tables: new OffsetTables(),
      cluster: 'data-1',
      isHere: address => address === null || clusterOf(address) === 'data-1',
      hasEnded: () => false,
    });

    assert.deepEqual([...topics].sort(), ['bare', 'n', 'u']);
  });

  test('positions name topics the graph does not know', () => {
    const tables = new OffsetTables();
    const row = { type: 'offsets', ts: 1, hop: 'j', partition: 0, position: 1 } as const;
    addRow(tables, { ...row, topic: 'here', cluster: 'data-1' });
    addRow(tables, { ...row, topic: 'there', cluster: 'data-2' });
    addRow(tables, { ...row, topic: 'nowhere' });

    assert.deepEqual([...estate([], tables).topics], ['here']);
  });
});

describe('whose a group is', () => {
  const shared = [
    hop('one', ['kafka://a:1/t1'], { groups: ['g'] }),
    hop('two', ['kafka://a:1/t2', 'kafka://a:1/both'], { groups: ['g'] }),
    hop('three', ['kafka://a:1/both'], { groups: ['g'] }),
  ];
  const GROUPS: readonly (readonly [sentence: string, topic: string, ended: readonly string[], hop: string | null])[] =
    [
      ['of several jobs that declare it, the one that reads the topic', 't1', [], 'one'],
      ['nobody, where two of them read the topic: the group stands for itself', 'both', [], 'g'],
      ['the one that still runs', 'both', ['two', 'one'], 'three'],
      ['none, once all of them are over', 't1', ['one', 'two', 'three'], null],
    ];
  for (const [sentence, topic, ended, owner] of GROUPS) {
    test(sentence, () => assert.equal(estate(shared, undefined, ended).hopOf('g', topic), owner));
  }

  test('its only job, whatever the topic', () => {
    const { groups, hopOf } = estate([hop('j', ['kafka://a:1/t'], { groups: ['g'] })]);

    assert.deepEqual([[...groups], hopOf('g', 'not-in-the-sql')], [['g'], 'j']);
  });

  test('itself, when no job declares it', () => assert.equal(estate([]).hopOf('billing', 't'), 'billing'));
});

describe('a consumer that metrics told of without a cluster', () => {
  function identified(...inputs: readonly string[]): readonly string[] {
    const tables = new OffsetTables({ clusterOf });
    addRow(tables, { type: 'offsets', ts: 1, hop: 'j', topic: 't', partition: 0, position: 1 });
    identifyConsumers({ hops: [hop('j', inputs)] }, tables, clusterOf);
    return [...tables.consumers()].map(({ cluster }) => cluster);
  }

  test('is given the one its job reads that topic from', () =>
    assert.deepEqual(identified('kafka://b:1/t', 'kafka://a:1/other'), ['data-2']));
  test('is left alone where the job reads that topic from two', () =>
    assert.deepEqual(identified('kafka://b:1/t', 'kafka://a:1/t'), ['']));
  test('is left alone where the address is unknown', () => assert.deepEqual(identified('kafka://c:1/t'), ['']));
});
