import { type Api, MINUTE, NOW, openApi, SECOND } from './fixture.ts';

/** The report of the fixture, and what it reads. */
export const REPORT = 'GMV <daily> & "co"';
export const DATASET = 'druid://prod/gmv';

/** A topic, the job that reads it and the Druid datasource behind: ods -> etl -> dwd -> gmv -> report, level until NOW. */
export async function openPipeline(report: object = {}): Promise<Api> {
  const api = await openApi();
  const table = (topic: string): string =>
    `CREATE TABLE ${topic} (id STRING) WITH ('connector' = 'kafka', 'topic' = '${topic}', ` +
    `'properties.bootstrap.servers' = 'k:9092', 'properties.group.id' = 'g', 'format' = 'json');`;
  const supervisor = {
    type: 'kafka',
    clusterName: 'prod',
    spec: {
      dataSchema: { dataSource: 'gmv' },
      ioConfig: { topic: 'dwd', consumerProperties: { 'bootstrap.servers': 'k:9092' } },
    },
  };
  await api.take(
    'jobs',
    {
      type: 'job',
      ts: NOW,
      job_name: 'etl',
      owner: 'trade',
      sql: `${table('ods')}\n${table('dwd')}\nINSERT INTO dwd SELECT id FROM ods;`,
    },
    { type: 'druid_supervisor', ts: NOW, spec: supervisor },
    {
      type: 'report',
      ts: NOW,
      name: REPORT,
      owner: 'trade',
      reads: [DATASET],
      objective: { age_limit: '2m', target: 0.99 },
      ...report,
    },
  );
  await flow(api, NOW - 2 * MINUTE, NOW);
  return api;
}

/** Ten records a second; `etl` stands still from `stallsAt` on. Rows from (from, to], every ten seconds. */
async function flow(api: Api, from: number, to: number, stallsAt = Number.POSITIVE_INFINITY): Promise<void> {
  const at = (t: number): number => Math.round((t - NOW) / 100) + 100_000;
  const rows: object[] = [];
  for (let ts = from + 10 * SECOND; ts <= to; ts += 10 * SECOND) {
    const read = at(Math.min(ts, stallsAt));
    const row = (hop: string, topic: string, end: number, position: number) => ({
      type: 'offsets',
      ts,
      hop,
      topic,
      partition: 0,
      end_offset: end,
      position,
    });
    rows.push(row('etl', 'ods', at(ts), read), row('gmv', 'dwd', read, read));
  }
  await api.take('offsets', ...rows);
}

/** Lets time pass with data flowing as `flow` does. */
export async function pass(api: Api, ms: number, stallsAt?: number): Promise<void> {
  const end = api.clock.now() + ms;
  while (api.clock.now() < end) {
    const from = api.clock.now();
    await api.clock.advance(10 * SECOND);
    await flow(api, from, api.clock.now(), stallsAt);
    await api.evaluation.get().recorder.flush(api.clock.now());
  }
}
