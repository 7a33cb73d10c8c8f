import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { UserError } from '../../model/errors.ts';
import { parseLogQuery } from '../../store/log-query-parse.ts';
import type { LogCountQuery, LogFacetField } from '../../store/log-store.ts';
import { jobNames, type MakeLogStore, MINUTE, put, row, T0 } from './log-store-lines.ts';
import { storeTest } from './store-test.ts';

/** The part of the LogStore suite about histograms and facets. */
export function logCountingContract(make: MakeLogStore): void {
  const testStore = storeTest(make);

  describe('histogram and facets', () => {
    const corpus = [
      row(0, { ts: T0 - 1, message: 'before', level: 'WARN' }),
      row(1, { ts: T0, message: 'a' }),
      row(2, { ts: T0 + MINUTE - 1, message: 'a', level: 'ERROR', jobName: 'dws_stock' }),
      row(3, {
        ts: T0 + 3 * MINUTE + 30_000,
        message: 'b',
        jobId: 'aa11',
        jobName: 'session',
        exception: { class: 'x.Y', message: '', stack: '' },
      }),
      row(4, {
        ts: T0 + 3 * MINUTE + 31_000,
        message: 'a',
        jobId: 'aa11',
        jobName: 'session',
        containerId: 'c2',
        appId: 'app2',
        host: 'h2',
        logger: 'l2',
      }),
    ];
    const names = jobNames({ aa11: 'dws_stock' });
    const buckets: readonly {
      sentence: string;
      q: string;
      from?: number;
      to?: number;
      intervalMs: number;
      expected: readonly [number, object][];
    }[] = [
      {
        sentence: 'buckets are multiples of the interval, empty ones are left out',
        q: '',
        intervalMs: MINUTE,
        expected: [
          [-MINUTE, { WARN: 1 }],
          [0, { INFO: 1, ERROR: 1 }],
          [3 * MINUTE, { INFO: 2 }],
        ],
      },
      {
        sentence: 'of a range that cuts a bucket',
        q: '',
        from: T0 + 1,
        to: T0 + 3 * MINUTE + 31_000,
        intervalMs: MINUTE,
        expected: [
          [0, { ERROR: 1 }],
          [3 * MINUTE, { INFO: 1 }],
        ],
      },
      {
        sentence: 'of a word',
        q: 'a',
        intervalMs: 2 * MINUTE,
        expected: [
          [0, { INFO: 1, ERROR: 1 }],
          [2 * MINUTE, { INFO: 1 }],
        ],
      },
      {
        sentence: 'of a job with a name known later',
        q: 'job:dws_stock',
        intervalMs: MINUTE,
        expected: [
          [0, { ERROR: 1 }],
          [3 * MINUTE, { INFO: 2 }],
        ],
      },
      { sentence: 'of an environment whose ids are known', q: 'job:session', intervalMs: MINUTE, expected: [] },
      {
        sentence: 'of a level',
        q: 'level:>=WARN',
        intervalMs: 60 * MINUTE,
        expected: [
          [-60 * MINUTE, { WARN: 1 }],
          [0, { ERROR: 1 }],
        ],
      },
      {
        sentence: 'by the second',
        q: 'host:h2 OR b',
        from: T0,
        intervalMs: 1000,
        expected: [
          [3 * MINUTE + 30_000, { INFO: 1 }],
          [3 * MINUTE + 31_000, { INFO: 1 }],
        ],
      },
      {
        sentence: 'by an interval that fits nothing',
        q: 'a',
        from: T0 + 3 * MINUTE,
        intervalMs: 7,
        expected: [[Math.floor((T0 + 3 * MINUTE + 31_000) / 7) * 7 - T0, { INFO: 1 }]],
      },
    ];
    const facets: readonly (readonly [
      field: LogFacetField,
      q: string,
      limit: number,
      expected: readonly (readonly [string, number])[],
    ])[] = [
      [
        'job',
        '',
        10,
        [
          ['dws_stock', 3],
          ['dwd_order', 2],
        ],
      ],
      ['job', 'a', 1, [['dws_stock', 2]]],
      [
        'level',
        '',
        10,
        [
          ['INFO', 3],
          ['ERROR', 1],
          ['WARN', 1],
        ],
      ],
      [
        'container',
        'a',
        10,
        [
          ['container_1_0001_01_000002', 2],
          ['c2', 1],
        ],
      ],
      [
        'app',
        '',
        10,
        [
          ['application_1_0001', 4],
          ['app2', 1],
        ],
      ],
      [
        'host',
        '',
        10,
        [
          ['h1', 4],
          ['h2', 1],
        ],
      ],
      ['logger', 'logger:l2', 10, [['l2', 1]]],
      ['exception', '', 10, [['x.Y', 1]]],
      ['job', 'nothing', 10, []],
    ];

    testStore('counts of lines over time by level', async store => {
      await put(store, corpus);
      for (const { sentence, q, intervalMs, expected, ...range } of buckets) {
        const found = await store.histogram({ query: parseLogQuery(q), intervalMs, ...range }, names);

        assert.deepEqual(
          found.map(b => [b.t - T0, { ...b.counts }]),
          expected,
          sentence,
        );
      }
    });

    testStore('the most frequent values of a field, ties by value', async store => {
      await put(store, corpus);
      for (const [field, q, limit, expected] of facets) {
        const found = await store.facet({ query: parseLogQuery(q), field, limit }, names);

        assert.deepEqual(
          found.map(f => [f.value, f.count]),
          expected,
          `${field} of ${q || 'all'}`,
        );
      }
      assert.deepEqual(await store.facet({ query: { kind: 'all' }, field: 'host', limit: 5, to: T0 }, names), [
        { value: 'h1', count: 1 },
      ]);
    });

    testStore(
      'counts by group and step: half-open steps from the beginning of the range, names joined',
      async store => {
        await put(store, corpus);
        const counted = async (q: string, more: Partial<LogCountQuery> = {}) => {
          const query = { query: parseLogQuery(q), from: T0 + 1, to: T0 + 5 * MINUTE + 1, stepMs: MINUTE, limit: 10 };
          const groups = await store.counts({ ...query, groupBy: [], ...more }, names);
          return groups
            .map(({ values, counts }) => `${Object.values(values).join('/')} ${counts.map(c => c.join('x')).join(' ')}`)
            .sort();
        };
        // The line at T0 lies before the range, that of T0 + 3.5 min in its fourth minute.
        assert.deepEqual(await counted(''), [' 0x1 3x2']);
        assert.deepEqual(await counted('', { from: T0, to: T0 + 4 * MINUTE, stepMs: 4 * MINUTE }), [' 0x4']);
        assert.deepEqual(await counted('', { groupBy: ['job'] }), ['dws_stock 0x1 3x2']);
        assert.deepEqual(await counted('', { groupBy: ['job', 'level'], from: T0 - MINUTE }), [
          'dwd_order/INFO 1x1',
          'dwd_order/WARN 0x1',
          'dws_stock/ERROR 1x1',
          'dws_stock/INFO 4x2',
        ]);
        assert.deepEqual(await counted('', { groupBy: ['exception'] }), [' 0x1 3x1', 'x.Y 3x1']);
        assert.deepEqual(await counted('NOT b', { groupBy: ['host'] }), ['h1 0x1', 'h2 3x1']);
        assert.deepEqual(await counted('level:ERROR OR b', { groupBy: ['app', 'container'] }), [
          'application_1_0001/container_1_0001_01_000002 0x1 3x1',
        ]);
        assert.deepEqual(await counted('nothing'), []);
      },
    );

    testStore('counts of more groups than asked for are refused', async store => {
      await put(store, corpus);
      const query = { query: parseLogQuery(''), from: T0 - MINUTE, to: T0 + 5 * MINUTE, stepMs: MINUTE };
      await assert.rejects(
        store.counts({ ...query, groupBy: ['level'], limit: 2 }, names),
        (error: unknown) => error instanceof UserError && error.code === 'too-many-groups',
      );
    });
  });
}
