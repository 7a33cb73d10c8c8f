/** Columns of a Druid datasource from its supervisor's spec, and the names in Druid's expressions. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { namesInExpression } from '../../../lineage/graph/fragments/druid-expression.ts';
import type { JobEvent } from '../../../model/job-event.ts';
import type { Json } from '../../../model/json.ts';
import { having, topicId } from '../lineage-fixture.ts';

function supervisor(dataSchema: { readonly [key: string]: Json }, inputFormat: Json = { type: 'json' }): JobEvent {
  return {
    type: 'druid_supervisor',
    ts: 1,
    spec: {
      type: 'kafka',
      spec: {
        dataSchema: { dataSource: 'ads', ...dataSchema },
        ioConfig: { topic: 'agg', inputFormat, consumerProperties: { 'bootstrap.servers': 'k1:9092' } },
      },
    },
  };
}

async function origins(event: JobEvent): Promise<string[]> {
  const lineage = await having(event);
  const { columns } = lineage.columns({ of: 'druid://druid/ads' });
  return columns.map(({ column, sources, functions, open }) => {
    const from = sources.map(s => `${s.column}${s.roles ? `(${s.roles.join('+')})` : ''}`).join(' ');
    return `${column} <- ${from}${open ? ' ?' : ''} | ${functions.join(' ')}`;
  });
}

test('dimensions, metrics, the timestamp and transforms come from fields of the topic', async () => {
  const event = supervisor({
    timestampSpec: { column: 'ts', format: 'millis' },
    dimensionsSpec: { dimensions: ['city', { name: 'day', type: 'string' }, { name: 'up', type: 'string' }] },
    metricsSpec: [
      { type: 'count', name: 'rows' },
      { type: 'longSum', name: 'total', fieldName: 'amount' },
      { type: 'doubleSum', name: 'worth', expression: 'amount * price' },
    ],
    transformSpec: {
      transforms: [
        { name: 'day', expression: "timestamp_format(ts, 'yyyy-MM-dd')" },
        { name: 'up', expression: 'upper("city")' },
      ],
    },
  });

  assert.deepEqual(await origins(event), [
    '__time <- ts | ',
    'city <- city | ',
    'day <- ts | timestamp_format',
    'rows <-  | count',
    'total <- amount | longSum',
    'up <- city | upper',
    'worth <- amount price | doubleSum',
  ]);
});

test('flattened fields come from the field their path begins at, a filter decides the rows', async () => {
  const event = supervisor(
    {
      dimensionsSpec: { dimensions: ['model', 'os'] },
      transformSpec: {
        filter: {
          type: 'and',
          fields: [
            { type: 'selector', dimension: 'os', value: 'x' },
            { type: 'expression', expression: 'n > 1' },
          ],
        },
      },
    },
    {
      type: 'json',
      flattenSpec: {
        fields: [
          { type: 'path', name: 'model', expr: '$.device.model' },
          { type: 'root', name: 'os' },
        ],
      },
    },
  );

  assert.deepEqual(await origins(event), [
    'model <- device os(filter) n(filter) | ',
    'os <- os os(filter) n(filter) | ',
  ]);
});

test('types of dimensions are types of columns', async () => {
  const event = supervisor({ dimensionsSpec: { dimensions: [{ name: 'n', type: 'long' }] } });
  const { nodes } = (await having(event)).graph({ root: 'druid://druid/ads', columns: true });

  assert.equal(nodes.find(({ id }) => id === 'druid://druid/ads#n')?.type, 'long');
});

test('without a list of dimensions every field may be a column', async () => {
  const lineage = await having(
    supervisor({ timestampSpec: { column: 'ts' }, dimensionsSpec: { useSchemaDiscovery: true } }),
  );

  const { datasets } = lineage.impact({ of: topicId('agg'), column: 'anything' });

  assert.deepEqual(
    datasets.map(({ id, certainty }) => [id, certainty]),
    [['druid://druid/ads', 'possible']],
  );
});

test('a spec whose columns cannot be read keeps its tables', async () => {
  const lineage = await having(supervisor({ dimensionsSpec: 7, metricsSpec: 'x' }));

  assert.deepEqual(
    lineage.impact({ of: topicId('agg') }).datasets.map(({ id }) => id),
    ['druid://druid/ads'],
  );
});

describe('names in an expression', () => {
  for (const [expression, columns, functions] of [
    ['a + b * 2', ['a', 'b'], []],
    ['concat(a, \'b\', "c d")', ['a', 'c d'], ['concat']],
    ["nvl(x, 'it\\'s y')", ['x'], ['nvl']],
    ['map((v) -> v + z, arr)', ['z', 'arr'], ['map']],
    ['fold((x, acc) -> x + acc, list, 0)', ['list'], ['fold']],
    ['filter(v -> v > 1, arr)', ['arr'], ['filter']],
    ['if(flag == true, null, 1e3)', ['flag'], ['if']],
    ['"quoted\\"name"', ['quoted"name'], []],
    ['', [], []],
  ] as const) {
    test(expression === '' ? 'of nothing' : expression, () => {
      assert.deepEqual(namesInExpression(expression), { columns, functions });
    });
  }
});
