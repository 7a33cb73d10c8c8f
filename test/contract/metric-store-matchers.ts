import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { MetricStore, WindowQuery } from '../../store/metric-store.ts';
import { at, type MakeMetricStore, MIN, put, query, sorted, CONTRACT_NOW as T, values } from './metric-points.ts';
import { storeTest } from './store-test.ts';

/** The part of the MetricStore suite about groups and matchers. */
export function metricMatcherContract(make: MakeMetricStore): void {
  const withStore = storeTest(make);

  describe('groups and matchers', () => {
    const seed = (store: MetricStore) =>
      put(
        store,
        at(T, { topic: 'a', partition: '0', cluster: 'x' }, { lag: 1 }, { attrs: { job_id: 'j1' } }),
        at(T, { topic: 'a', partition: '1', cluster: 'x' }, { lag: 2 }, { attrs: { job_id: 'j1' } }),
        at(T, { topic: 'b', partition: '0' }, { lag: 4 }, { attrs: { job_id: 'j2' } }),
      );

    withStore('groupBy keeps the named labels apart; a missing label is empty', async store => {
      await seed(store);

      const groups = sorted(await store.window(query('lag', { op: 'SUM', groupBy: ['topic', 'cluster'] })));

      assert.deepEqual(groups, [
        { labels: { topic: 'b', cluster: '' }, points: [[T, 4]] },
        { labels: { topic: 'a', cluster: 'x' }, points: [[T, 3]] },
      ]);
    });

    withStore('groupBy * keeps every label apart and no attribute', async store => {
      await seed(store);

      const groups = sorted(await store.window(query('lag', { groupBy: '*' })));

      assert.deepEqual(
        groups.map(g => g.labels),
        [
          { topic: 'a', partition: '0', cluster: 'x' },
          { topic: 'a', partition: '1', cluster: 'x' },
          { topic: 'b', partition: '0' },
        ],
      );
    });

    const MATCHERS: readonly (readonly [string, WindowQuery['matchers'], number])[] = [
      ['equal', [{ label: 'topic', op: '=', value: 'a' }], 3],
      ['not equal', [{ label: 'topic', op: '!=', value: 'a' }], 4],
      ['a missing label reads as empty', [{ label: 'cluster', op: '!=', value: 'x' }], 4],
      ['an empty value matches anything', [{ label: 'cluster', op: '=', value: '' }], 7],
      ['a label must be there', [{ label: 'cluster', op: '!=', value: '' }], 3],
      ['an anchored regular expression', [{ label: 'topic', op: '=~', value: 'a|c' }], 3],
      ['anchored at both ends', [{ label: 'cluster', op: '=~', value: 'x|' }], 7],
      ['a negated regular expression', [{ label: 'partition', op: '!~', value: '[1-9]' }], 5],
      [
        'all matchers must hold',
        [
          { label: 'topic', op: '=', value: 'a' },
          { label: 'partition', op: '=', value: '1' },
        ],
        2,
      ],
      ['an attribute', [{ label: 'job_id', op: '=', value: 'j1' }], 3],
      ['an attribute by expression', [{ label: 'job_id', op: '=~', value: 'j.' }], 7],
    ];
    withStore('matchers filter by label or attribute', async store => {
      await seed(store);

      for (const [sentence, matchers, expected] of MATCHERS) {
        assert.deepEqual(values(await store.window(query('lag', { op: 'SUM', matchers }))), { '': expected }, sentence);
      }
    });

    withStore('of an attribute the latest value counts, and a new value makes no new series', async store => {
      await put(store, at(T - MIN, { job: 'a' }, { m: 1 }, { attrs: { tm_id: 'old' } }));
      await put(store, at(T, { job: 'a' }, { m: 2 }, { attrs: { tm_id: 'new' } }));
      const by = (value: string) => query('m', { op: 'COUNT', matchers: [{ label: 'tm_id', op: '=', value }] });

      assert.deepEqual(values(await store.window(by('new'))), { '': 2 });
      assert.deepEqual(values(await store.window(by('old'))), {});
      assert.deepEqual(await store.names(), [{ name: 'm', series: 1 }]);
    });

    withStore('the order of a record’s labels does not matter', async store => {
      await put(store, at(T - MIN, { a: '1', b: '2' }, { m: 1 }), at(T, { b: '2', a: '1' }, { m: 2 }));

      assert.deepEqual(await store.names(), [{ name: 'm', series: 1 }]);
    });

    withStore('label values are any text', async store => {
      const odd = [
        '订单',
        'a"b',
        "it's",
        'x,y=z',
        'a|b',
        ' ',
        'Source: KafkaSource-default_catalog.db[1]',
        'new\nline',
        'a.b\\c',
        '*',
        '_x',
      ];
      await put(store, ...odd.map((topic, i) => at(T, { topic }, { m: i })));

      const groups = await store.window(query('m', { groupBy: ['topic'] }));

      assert.deepEqual(values(groups), Object.fromEntries(odd.map((topic, i) => [topic, i])));
      for (const [i, topic] of odd.entries()) {
        const only = await store.window(query('m', { matchers: [{ label: 'topic', op: '=', value: topic }] }));
        assert.deepEqual(values(only), { '': i }, topic);
      }
    });
  });
}
