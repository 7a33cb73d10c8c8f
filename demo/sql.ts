/** The SQL each simulated job was submitted with: DDL of its tables and one INSERT, as people write it for Flink. */
import { type JobSpec, KAFKA_BROKERS } from './estate.ts';

/** What a release of a job differs in. */
export interface Release {
  /** A column the job no longer passes on: it is gone from the sink table and from the SELECT. */
  readonly dropped: string;
}

const EVENT_COLUMNS = [
  'event_id STRING',
  'system_id STRING',
  'user_id BIGINT',
  'imei STRING',
  'item_id STRING',
  'channel STRING',
  'city STRING',
  'amount DECIMAL(18, 2)',
  'event_time BIGINT',
];
const AGGREGATE_COLUMNS = [
  'w_start TIMESTAMP(3)',
  'channel STRING',
  'pv BIGINT',
  'uv BIGINT',
  'amount DECIMAL(18, 2)',
  'event_time BIGINT',
];
const DIM_KEYS: Readonly<Record<string, { key: string; column: string; connector: string }>> = {
  dim_user: { key: 'user_id', column: 'user_level', connector: 'hbase-2.2' },
  dim_product: { key: 'item_id', column: 'category', connector: 'jdbc' },
  dim_advertiser: { key: 'channel', column: 'advertiser', connector: 'jdbc' },
  dim_device: { key: 'imei', column: 'model', connector: 'jdbc' },
  dim_channel: { key: 'channel', column: 'channel_name', connector: 'jdbc' },
};

const isAggregate = (topic: string): boolean => /^(dws|ads)_/.test(topic);

function columnsOf(topic: string): readonly string[] {
  return isAggregate(topic) ? AGGREGATE_COLUMNS : EVENT_COLUMNS;
}

function kafkaTable(topic: string, job: JobSpec, isSource: boolean, release: Release | null): string {
  const time =
    "ts AS TO_TIMESTAMP_LTZ(event_time, 3),\n  proc_time AS PROCTIME(),\n  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND";
  const columns = columnsOf(topic)
    .filter(c => isSource || !c.startsWith(`${release?.dropped} `))
    .map(c => `  ${c}`);
  const options: [string, string][] = [
    ['connector', 'kafka'],
    ['topic', topic],
    ['properties.bootstrap.servers', KAFKA_BROKERS],
    ...(isSource
      ? ([
          ['properties.group.id', job.name],
          ['scan.startup.mode', 'group-offsets'],
        ] as [string, string][])
      : []),
    ['format', 'json'],
    // Aggregates must not count what is not there.
    ...(isSource && job.kind.includes('window')
      ? ([['json.fail-on-missing-field', 'true']] as [string, string][])
      : []),
  ];
  const body = isSource ? [...columns, `  ${time}`] : columns;
  return `CREATE TABLE ${topic} (\n${body.join(',\n')}\n) WITH (\n${options.map(([k, v]) => `  '${k}' = '${v}'`).join(',\n')}\n);`;
}

function dimTable(name: string): string {
  const { key, column, connector } = DIM_KEYS[name]!;
  const keyType = key === 'user_id' ? 'BIGINT' : 'STRING';
  if (connector !== 'jdbc') {
    return `CREATE TABLE ${name} (\n  ${key} ${keyType},\n  cf ROW<${column} STRING>,\n  PRIMARY KEY (${key}) NOT ENFORCED\n) WITH (\n  'connector' = '${connector}',\n  'table-name' = 'dim:${name}',\n  'zookeeper.quorum' = 'zk-1.demo:2181'\n);`;
  }
  return `CREATE TABLE ${name} (\n  ${key} ${keyType},\n  ${column} STRING,\n  PRIMARY KEY (${key}) NOT ENFORCED\n) WITH (\n  'connector' = 'jdbc',\n  'url' = 'jdbc:mysql://mysql-dim.demo:3306/dim',\n  'table-name' = '${name}',\n  'lookup.cache' = 'PARTIAL',\n  'lookup.partial-cache.max-rows' = '100000',\n  'lookup.partial-cache.expire-after-write' = '10 min'\n);`;
}

const PASS = ['event_id', 'system_id', 'user_id', 'imei', 'item_id', 'channel', 'city', 'amount', 'event_time'];

function insertOf(job: JobSpec, release: Release | null): string {
  const passed = PASS.filter(column => column !== release?.dropped);
  const [first, second] = job.inputs as [string, string?];
  const target = `INSERT INTO ${job.output}`;
  switch (job.kind) {
    case 'filter':
      return `${target}\nSELECT ${passed.join(', ')}\nFROM ${first}\nWHERE system_id = '${job.name.length % 7}' AND event_id IS NOT NULL;`;
    case 'dedup':
      return `${target}\nSELECT ${passed.join(', ')}\nFROM (\n  SELECT *, ROW_NUMBER() OVER (PARTITION BY imei, item_id ORDER BY proc_time ASC) AS rn\n  FROM ${first}\n)\nWHERE rn = 1;`;
    case 'enrich':
      return enrich(job, first, target, passed);
    case 'window':
      return `${target}\nSELECT CAST(window_start AS TIMESTAMP(3)), channel, COUNT(*), COUNT(DISTINCT imei), SUM(amount), MAX(event_time)\nFROM TABLE(TUMBLE(TABLE ${first}, DESCRIPTOR(ts), INTERVAL '1' MINUTE))\nGROUP BY window_start, window_end, channel;`;
    case 'join-window':
      return `${target}\nSELECT TUMBLE_START(a.ts, INTERVAL '1' MINUTE), a.channel, COUNT(*), COUNT(DISTINCT ${isAggregate(first) ? 'a.uv' : 'a.user_id'}), SUM(a.amount), MAX(b.event_time)\nFROM ${first} AS a\nJOIN ${second} AS b\n  ON a.channel = b.channel AND b.ts BETWEEN a.ts - INTERVAL '10' SECOND AND a.ts + INTERVAL '10' SECOND\nGROUP BY TUMBLE(a.ts, INTERVAL '1' MINUTE), a.channel;`;
    case 'union-window': {
      const uv = isAggregate(first) ? 'uv' : 'user_id';
      const uv2 = isAggregate(second ?? '') ? 'uv' : 'user_id';
      return `CREATE TEMPORARY VIEW all_events AS\nSELECT channel, ${uv} AS who, amount, event_time, ts FROM ${first}\nUNION ALL\nSELECT channel, ${uv2} AS who, amount, event_time, ts FROM ${second};\n\n${target}\nSELECT window_start, channel, COUNT(*), COUNT(DISTINCT who), SUM(amount), MAX(event_time)\nFROM TABLE(TUMBLE(TABLE all_events, DESCRIPTOR(ts), INTERVAL '1' MINUTE))\nGROUP BY window_start, window_end, channel;`;
    }
    default:
      return job.kind satisfies never;
  }
}

function enrich(job: JobSpec, input: string, target: string, passed: readonly string[]): string {
  const joins = job.dims.map(
    (dim, i) =>
      `LEFT JOIN ${dim} FOR SYSTEM_TIME AS OF s.proc_time AS d${i} ON d${i}.${DIM_KEYS[dim]!.key} = s.${DIM_KEYS[dim]!.key}`,
  );
  const d0 = DIM_KEYS[job.dims[0]!]!;
  const looked = d0.connector === 'jdbc' ? `d0.${d0.column}` : `d0.cf.${d0.column}`;
  const columns = isAggregate(input) ? ['w_start', 'channel', 'pv', 'uv', 'amount', 'event_time'] : passed;
  const select = columns.map(c => (c === 'channel' ? `COALESCE(${looked}, s.channel)` : `s.${c}`));
  const types = new Set(job.dims.map(d => d));
  return `${target}\nSELECT /*+ LOOKUP('table'='${[...types][0]}', 'retry-predicate'='lookup_miss') */\n  ${select.join(', ')}\nFROM ${input} AS s\n${joins.join('\n')};`;
}

/** The whole script of a job, as its first or another release. */
export function sqlOf(job: JobSpec, release: Release | null = null): string {
  return [
    `-- ${job.name}, owner ${job.owner}`,
    `SET 'pipeline.name' = '${job.name}';`,
    ...job.inputs.map(topic => kafkaTable(topic, job, true, release)),
    ...job.dims.map(dimTable),
    kafkaTable(job.output, job, false, release),
    insertOf(job, release),
  ].join('\n\n');
}
