/** Events as they are posted: valid by OpenLineage's schemas, and the same tables and columns when they come back to a daemon. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { toOpenLineage } from '../../../lineage/formats/openlineage.ts';
import { jobDatasets, type OpenLineageDataset } from '../../../lineage/openlineage/datasets.ts';
import type { Step } from '../../../lineage/openlineage/emission.ts';
import { stepEvent } from '../../../lineage/openlineage/events.ts';
import { FacetMaker } from '../../../lineage/openlineage/facets.ts';
import { createLineageService, type LineageService } from '../../../lineage/service.ts';
import { ManualClock } from '../../../model/clock.ts';
import type { JobEvent as TakenEvent } from '../../../model/job-event.ts';
import type { Json } from '../../../model/json.ts';
import { createTelemetry } from '../../../model/telemetry.ts';
import { JobEvent, RunEvent } from './shape.ts';

const maker = new FacetMaker('urn:tidewatch:test');
const kafka = (topic: string): string =>
  `WITH ('connector' = 'kafka', 'topic' = '${topic}', 'properties.bootstrap.servers' = 'k:9092')`;

const SQL = `CREATE TABLE src (imei STRING, ev INT, ok INT, pt AS PROCTIME()) ${kafka('a')};
CREATE TABLE dim (imei STRING, brand STRING) WITH ('connector' = 'jdbc', 'url' = 'jdbc:mysql://db:3306/dim', 'table-name' = 'device');
CREATE TABLE dst (imei STRING, brand STRING, n BIGINT) ${kafka('b')};
INSERT INTO dst SELECT s.imei, UPPER(d.brand), COUNT(s.ev) FROM src AS s
  LEFT JOIN dim FOR SYSTEM_TIME AS OF s.pt AS d ON d.imei = s.imei WHERE s.ok = 1 GROUP BY s.imei, d.brand`;

async function serviceOf(...events: readonly TakenEvent[]): Promise<LineageService> {
  const state = { list: async () => [], putMany: async () => undefined, delete: async () => undefined };
  const service = createLineageService({
    state,
    clusters: {},
    telemetry: createTelemetry(),
    clock: new ManualClock(10_000),
  });
  await service.start();
  await service.accept(events, 10_000);
  return service;
}

const SUBMITTED: TakenEvent = { type: 'job', ts: 1, jobName: 'etl', jobId: 'e1', owner: 'ann', sql: SQL };

function datasetsOf(service: LineageService) {
  const graph = service.graph({ root: 'job:etl', depth: 1, columns: true });
  const origins = service.columns({ of: 'job:etl', depth: 1 }).columns;
  return jobDatasets({ job: 'job:etl', graph, origins }, maker);
}

const START: Step = {
  run: { jobId: 'e1', state: 'START', appId: 'application_1_0001' },
  ts: 1_700_000_000_000,
  status: null,
  exception: null,
  isFull: true,
};
const JOB = { namespace: 'flink', name: 'etl', owner: 'ann', sql: SQL };

describe('a RunEvent', () => {
  test('is what OpenLineage’s schemas ask for', async () => {
    const event = stepEvent(JOB, START, datasetsOf(await serviceOf(SUBMITTED)), maker);

    const read = RunEvent.parse(JSON.parse(JSON.stringify(event)));
    assert.deepEqual(
      [read.eventType, read.eventTime, read.run.facets.flink_job.jobId, read.run.facets.flink_job.applicationId],
      ['START', '2023-11-14T22:13:20.000Z', 'e1', 'application_1_0001'],
    );
    assert.deepEqual([read.job.facets.sql?.query, read.job.facets.sourceCode?.sourceCode], [SQL, SQL]);
    assert.deepEqual(read.job.facets.ownership?.owners, [{ name: 'ann', type: 'OWNER' }]);
  });

  test('tells inputs, outputs and what each column comes from', async () => {
    const { inputs, outputs } = datasetsOf(await serviceOf(SUBMITTED));

    assert.deepEqual(inputs.map(nameOf).sort(), ['kafka://k:9092/a', 'mysql://db:3306/dim.device']);
    assert.deepEqual(outputs.map(nameOf), ['kafka://k:9092/b']);
    const { columnLineage } = outputs[0]!.facets as unknown as {
      columnLineage: { fields: Record<string, { inputFields: unknown[] }> };
    };
    assert.deepEqual(Object.keys(columnLineage.fields), ['brand', 'imei', 'n']);
    const direct = fieldsOf(outputs[0]!, 'DIRECT');
    assert.deepEqual(direct, [
      'brand <- dim.device.brand TRANSFORMATION UPPER(d.brand)',
      'imei <- a.imei IDENTITY',
      'n <- a.ev AGGREGATION COUNT(s.ev)',
    ]);
    assert.deepEqual(fieldsOf(outputs[0]!, 'INDIRECT'), []);
    assert.deepEqual(rowsOf(outputs[0]!), [
      'a.imei GROUP_BY JOIN',
      'a.ok FILTER',
      'a.pt JOIN',
      'dim.device.brand GROUP_BY',
      'dim.device.imei JOIN',
    ]);
  });

  test('tells what decides one column apart from what decides the rows', async () => {
    const sql = `CREATE TABLE src (a INT, b INT, c INT) ${kafka('a')};
CREATE TABLE dst (x INT, y BIGINT) ${kafka('b')};
INSERT INTO dst SELECT a, COUNT(b) FILTER (WHERE c = 1) FROM src GROUP BY a`;

    const { outputs } = datasetsOf(await serviceOf({ type: 'job', ts: 1, jobName: 'etl', sql }));

    assert.deepEqual(fieldsOf(outputs[0]!, 'INDIRECT'), ['y <- a.c WINDOW']);
    assert.deepEqual(rowsOf(outputs[0]!), ['a.a GROUP_BY']);
  });

  test('of a failure carries the message and the stack', () => {
    const step: Step = {
      ...START,
      run: { ...START.run!, state: 'FAIL' },
      status: 'FAILED',
      exception: 'java.lang.X: no\n\tat a.b',
    };

    const event = RunEvent.parse(JSON.parse(JSON.stringify(stepEvent(JOB, step, null, maker))));

    assert.deepEqual(
      [
        event.run.facets.errorMessage?.message,
        event.run.facets.errorMessage?.stackTrace,
        event.run.facets.flink_job.status,
      ],
      ['java.lang.X: no', 'java.lang.X: no\n\tat a.b', 'FAILED'],
    );
    assert.deepEqual([event.inputs, event.job.facets.sql], [undefined, undefined]);
  });
});

describe('a JobEvent', () => {
  test('tells a version without a run', async () => {
    const event = stepEvent(JOB, { ...START, run: null }, datasetsOf(await serviceOf(SUBMITTED)), maker);

    assert.equal(JobEvent.parse(JSON.parse(JSON.stringify(event))).job.name, 'etl');
  });

  test('is what the format openlineage of a graph is made of', async () => {
    const service = await serviceOf(SUBMITTED, {
      type: 'job',
      ts: 1,
      jobName: 'jar',
      reads: ['kafka://k:9092/b'],
      writes: ['kafka://k:9092/c'],
    });

    const events = toOpenLineage(service.graph({ columns: true }), { producer: maker.producer, ts: 5 });

    const read = JSON.parse(JSON.stringify(events)).map((event: unknown) => JobEvent.parse(event));
    assert.deepEqual(
      read.map(({ job, inputs, outputs }: JobEventShape) => [
        job.name,
        inputs?.map(nameOf).sort(),
        outputs?.map(nameOf),
      ]),
      [
        ['etl', ['kafka://k:9092/a', 'mysql://db:3306/dim.device'], ['kafka://k:9092/b']],
        ['jar', ['kafka://k:9092/b'], ['kafka://k:9092/c']],
      ],
    );
  });
});

test('round trip: a daemon that gets our events knows the same tables and columns', async () => {
  const ours = await serviceOf(SUBMITTED);
  const event = JSON.parse(JSON.stringify(stepEvent({ ...JOB, sql: null }, START, datasetsOf(ours), maker))) as {
    [key: string]: Json;
  };
  const theirs = await serviceOf({ type: 'openlineage', ts: 2, event });

  const edges = (service: LineageService): string[] =>
    service
      .graph({ root: 'job:etl', depth: 1 })
      // OpenLineage has no word for a lookup: what is asked row by row is an input as well.
      .edges.map(({ from, to, role }) => `${from} ${role === 'lookup' ? 'reads' : role} ${to}`)
      .sort();
  assert.deepEqual(edges(theirs), edges(ours));
  const columns = (service: LineageService): string[] =>
    service
      .columns({ of: 'kafka://k:9092/b', depth: 1 })
      .columns.flatMap(({ column, sources }) => sources.map(s => `${column} <- ${s.dataset}#${s.column} ${s.type}`))
      .sort();
  assert.deepEqual(columns(theirs), columns(ours));
  assert.equal(columns(ours).length > 10, true);
  assert.equal(theirs.job('etl')?.runs[0]?.jobId, 'e1');
});

interface JobEventShape {
  readonly job: { readonly name: string };
  readonly inputs?: readonly OpenLineageDataset[];
  readonly outputs?: readonly OpenLineageDataset[];
}

function nameOf({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `${namespace}/${name}`;
}

/** `column <- dataset.field SUBTYPE description` of every transformation of a type. */
function fieldsOf(dataset: OpenLineageDataset, type: string): string[] {
  const { columnLineage } = dataset.facets as unknown as {
    columnLineage: {
      fields: Record<
        string,
        {
          inputFields: {
            name: string;
            field: string;
            transformations: { type: string; subtype: string; description?: string }[];
          }[];
        }
      >;
    };
  };
  return Object.entries(columnLineage.fields).flatMap(([column, { inputFields }]) =>
    inputFields.flatMap(({ name, field, transformations }) =>
      transformations
        .filter(each => each.type === type)
        .map(
          ({ subtype, description }) =>
            `${column} <- ${name}.${field} ${subtype}${description ? ` ${description}` : ''}`,
        ),
    ),
  );
}

/** `dataset.field SUBTYPES` of what decides the rows. */
function rowsOf(dataset: OpenLineageDataset): string[] {
  const { columnLineage } = dataset.facets as unknown as {
    columnLineage: { dataset?: { name: string; field: string; transformations: { subtype: string }[] }[] };
  };
  const lines = (columnLineage.dataset ?? []).map(
    ({ name, field, transformations }) =>
      `${name}.${field} ${transformations
        .map(each => each.subtype)
        .sort()
        .join(' ')}`,
  );
  return lines.sort();
}
