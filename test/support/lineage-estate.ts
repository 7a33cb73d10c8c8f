/** A small estate for the lineage screens: a report over two versions of a job, a cycle, a lonely topic and a job that ended. */

const BROKERS = 'kafka-1:9092';

/** When the first submissions and version 2 of `click_etl` came, epoch ms. */
export const SUBMITTED = Date.now() - 3_600_000;
export const V2_AT = SUBMITTED + 1_800_000;

export const ids = {
  source: `kafka://${BROKERS}/ods_click`,
  clicks: `kafka://${BROKERS}/dwd_click`,
  copy: `kafka://${BROKERS}/lonely`,
} as const;

function table(name: string, columns: string): string {
  return `CREATE TABLE ${name} (${columns}) WITH ('connector' = 'kafka', 'topic' = '${name}', 'properties.bootstrap.servers' = '${BROKERS}', 'format' = 'json');`;
}

const SOURCE = table('ods_click', 'user_id BIGINT, channel STRING, kind STRING, proc AS PROCTIME()');

/** `click_etl` as first submitted. */
export const CLICKS = `${SOURCE}
${table('dwd_click', 'channel STRING, pv BIGINT, uv BIGINT')}
INSERT INTO dwd_click SELECT channel, COUNT(*), COUNT(DISTINCT user_id) FROM ods_click WHERE kind = 'click' GROUP BY channel;`;

/** Version 2 fills `pv` no more and looks up a dimension. */
export const CLICKS_V2 = `${SOURCE}
CREATE TABLE dim_user (id BIGINT, city STRING) WITH ('connector' = 'jdbc', 'url' = 'jdbc:mysql://db:3306/dim', 'table-name' = 'dim_user');
${table('dwd_click', 'channel STRING, uv BIGINT')}
INSERT INTO dwd_click SELECT channel, COUNT(DISTINCT user_id) FROM ods_click AS s
LEFT JOIN dim_user FOR SYSTEM_TIME AS OF s.proc AS d ON d.id = s.user_id WHERE kind = 'click' GROUP BY channel;`;

const BOARD = `${table('dwd_click', 'channel STRING, pv BIGINT, uv BIGINT')}
${table('dws_click', 'channel STRING, pv BIGINT, uv BIGINT')}
INSERT INTO dws_click SELECT channel, pv, uv FROM dwd_click;`;

const loop = (from: string, to: string): string =>
  `${table(from, 'a INT')} ${table(to, 'a INT')} INSERT INTO ${to} SELECT a FROM ${from};`;

interface Submission {
  readonly name: string;
  readonly run: string;
  readonly sql: string;
  readonly ts?: number;
  readonly by?: string;
}

function job({ name, run, sql, ts = SUBMITTED, by }: Submission): object {
  const properties = by === undefined ? {} : { properties: { submitted_by: by } };
  return { type: 'job', ts, job_name: name, job_id: run.padStart(32, '0'), owner: 'ads-team', sql, ...properties };
}

/** Records of the jobs stream, in the order of time. */
export function estateRecords(): readonly object[] {
  return [
    job({ name: 'click_etl', run: 'a1', sql: CLICKS }),
    job({ name: 'click_agg', run: 'a2', sql: BOARD }),
    job({ name: 'loop_a', run: 'a3', sql: loop('loop_1', 'loop_2') }),
    job({ name: 'loop_b', run: 'a4', sql: loop('loop_2', 'loop_1') }),
    // The columns of what it reads are nowhere declared.
    job({
      name: 'copy_etl',
      run: 'a5',
      sql: `${table('lonely', 'a INT, b INT')} INSERT INTO lonely SELECT * FROM unknown_source;`,
    }),
    job({
      name: 'old_copy',
      run: 'a6',
      sql: `${SOURCE} ${table('dwd_old', 'user_id BIGINT')} INSERT INTO dwd_old SELECT user_id FROM ods_click;`,
    }),
    { type: 'report', ts: SUBMITTED, name: 'click_board', owner: 'ads-team', reads: [`kafka://${BROKERS}/dws_click`] },
    {
      type: 'job_status',
      ts: SUBMITTED + 1_000,
      job_name: 'old_copy',
      job_id: 'a6'.padStart(32, '0'),
      status: 'RUNNING',
    },
    {
      type: 'job_status',
      ts: V2_AT - 60_000,
      job_name: 'old_copy',
      job_id: 'a6'.padStart(32, '0'),
      status: 'CANCELED',
    },
    job({ name: 'click_etl', run: 'b1', sql: CLICKS_V2, ts: V2_AT, by: 'li.na' }),
  ];
}

/** `count` jobs and as many topics, three readers to a topic. */
export function manyJobs(count: number): readonly object[] {
  const topic = (i: number): string => `many_${i}`;
  return Array.from({ length: count }, (_, i) =>
    job({ name: `many_job_${i}`, run: `c${i}`, sql: loop(topic(Math.floor(i / 3)), topic(i + 1)) }),
  );
}
