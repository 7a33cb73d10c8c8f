/** Physical identity of a table from its connector options, so that tables with different names on one topic join up. */
import type { Clusters } from './clusters.ts';
import { type Dataset, dataset } from './dataset.ts';

/** Options of a table, and what stands in where they say nothing. */
export interface TableOptions {
  readonly options: ReadonlyMap<string, string>;
  /** The table's name as written, dotted. */
  readonly name: string;
  /** Whose table it is: print, datagen and the like exist once per job. */
  readonly job: string;
}

type Identify = (table: TableOptions, connector: string, clusters: Clusters) => readonly Dataset[];

/** Connector (without a version behind it) -> identity. */
const CONNECTORS: ReadonlyMap<string, Identify> = new Map<string, Identify>([
  ['kafka', kafka],
  ['upsert-kafka', kafka],
  ['jdbc', jdbc],
  ['mysql', hostTable('mysql', '3306')],
  ['mysql-cdc', hostTable('mysql', '3306')],
  ['postgres', hostTable('postgres', '5432')],
  ['postgres-cdc', hostTable('postgres', '5432')],
  ['oracle-cdc', hostTable('oracle', '1521')],
  ['sqlserver-cdc', hostTable('sqlserver', '1433')],
  ['mongodb', url('mongodb', ['uri', 'hosts'], ['collection'])],
  ['mongodb-cdc', url('mongodb', ['hosts', 'uri'], ['collection'])],
  ['hbase', url('hbase', ['zookeeper.quorum'], ['table-name'])],
  ['hive', url('hive', ['hive.metastore.uris', 'uri'], ['table-name'])],
  ['elasticsearch', url('elasticsearch', ['hosts'], ['index'])],
  ['redis', url('redis', ['host', 'hostname', 'nodes'], ['key', 'table-name'])],
  ['druid', url('druid', ['cluster', 'coordinator', 'url'], ['datasource', 'data-source', 'table-name'])],
  ['clickhouse', url('clickhouse', ['url'], ['table-name'])],
  ['doris', url('doris', ['fenodes'], ['table.identifier'])],
  ['starrocks', url('starrocks', ['load-url', 'jdbc-url'], ['table-name'])],
  ['filesystem', path],
  ['hdfs', path],
  ['paimon', path],
  ['hudi', path],
  ['iceberg', path],
]);

/** Tables that hold nothing anybody else could read. */
const LOCAL: ReadonlySet<string> = new Set([
  'print',
  'blackhole',
  'datagen',
  'faker',
  'values',
  'socket',
  'single-value',
  'console',
  'nexmark',
  'test',
]);

/** Connectors that are asked row by row when they stand on the right of FOR SYSTEM_TIME AS OF. */
const LOOKUP: ReadonlySet<string> = new Set([
  'jdbc',
  'mysql',
  'postgres',
  'hbase',
  'hive',
  'redis',
  'mongodb',
  'clickhouse',
  'doris',
  'starrocks',
  'filesystem',
  'hdfs',
  'http',
  'rest-lookup',
  'paimon',
  'elasticsearch',
  'druid',
]);

/** Connectors whose rows are seen by others only when a checkpoint commits them. */
const LAKES: ReadonlySet<string> = new Set(['filesystem', 'hdfs', 'hive', 'iceberg', 'hudi', 'paimon']);

/** The datasets behind a table (a Kafka source may name several topics); none when its options name no connector. */
export function identify(table: TableOptions, clusters: Clusters): readonly Dataset[] {
  const connector = connectorOf(table.options);
  if (connector === null) return [];
  if (LOCAL.has(connector)) return [dataset(`local://${table.job.replaceAll('/', '_')}`, table.name, connector)];
  const found = CONNECTORS.get(connector)?.(table, connector, clusters) ?? [];
  return found.length > 0 ? found : [dataset(`${connector}://unknown`, table.name, connector)];
}

/** The connector's name without its version (`hbase-2.2`, `elasticsearch-7`); also the legacy `connector.type`. Null without one. */
export function connectorOf(options: ReadonlyMap<string, string>): string | null {
  const name = (options.get('connector') ?? options.get('connector.type'))?.trim().toLowerCase();
  if (name === undefined || name === '') return null;
  const dash = name.lastIndexOf('-');
  const version = dash < 0 ? '' : name.slice(dash + 1);
  return version !== '' && version[0]! >= '0' && version[0]! <= '9' ? name.slice(0, dash) : name;
}

/** True when a table of this connector is looked up, false when it is a versioned stream. Unknown ones are dimensions (the usual case). */
export function isLookup(connector: string | null): boolean {
  return (
    connector === null ||
    LOOKUP.has(connector) ||
    !(connector.includes('kafka') || connector.endsWith('-cdc') || LAKES.has(connector))
  );
}

/** The consumer group a Kafka source's options name, as a list of one or none. */
export function groupOf(options: ReadonlyMap<string, string>): readonly string[] {
  const keys = ['properties.group.id', 'connector.properties.group.id', 'group.id'];
  const group = keys.map(key => options.get(key)).find(value => value !== undefined && value !== '');
  return group === undefined ? [] : [group];
}

export function deliveryOf(options: ReadonlyMap<string, string>): {
  delivery: 'at_least_once' | 'exactly_once';
  visibleOnCheckpoint: boolean;
} {
  const guarantee = options.get('sink.delivery-guarantee') ?? options.get('sink.semantic') ?? '';
  const exactly = guarantee.toLowerCase() === 'exactly-once';
  const connector = connectorOf(options);
  const lake = connector !== null && LAKES.has(connector);
  return { delivery: exactly || lake ? 'exactly_once' : 'at_least_once', visibleOnCheckpoint: exactly || lake };
}

function kafka({ options, name }: TableOptions, connector: string, clusters: Clusters): readonly Dataset[] {
  const servers =
    options.get('properties.bootstrap.servers') ?? options.get('connector.properties.bootstrap.servers') ?? '';
  const topics = options.get('topic') ?? options.get('connector.topic') ?? options.get('topic-pattern') ?? name;
  const namespace = servers === '' && clusters.only !== null ? clusters.only : clusters.namespace(servers);
  const list = topics
    .split(';')
    .map(topic => topic.trim())
    .filter(topic => topic !== '');
  return list.map(topic => dataset(namespace, topic, connector));
}

/** `jdbc:mysql://host:3306/db?x=y` and `table-name` -> `mysql://host:3306`, `db.table`. */
function jdbc({ options, name }: TableOptions, connector: string): readonly Dataset[] {
  const address = options.get('url') ?? options.get('connector.url') ?? '';
  const table = options.get('table-name') ?? options.get('connector.table') ?? lastPart(name);
  const scheme = address.startsWith('jdbc:') ? address.slice(5) : address;
  const split = scheme.indexOf('://');
  if (split < 0) return [];
  const kind = scheme.slice(0, split) === 'postgresql' ? 'postgres' : scheme.slice(0, split);
  const [host = '', database = ''] = scheme
    .slice(split + 3)
    .split('?')[0]!
    .split('/');
  return [
    dataset(
      `${kind}://${withPort(withoutLogin(host), kind)}`,
      database === '' ? table : `${database}.${table}`,
      connector,
    ),
  ];
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { mysql: '3306', mariadb: '3306', postgres: '5432' };

function withPort(host: string, kind: string): string {
  const port = DEFAULT_PORTS[kind];
  return host.includes(':') || port === undefined ? host : `${host}:${port}`;
}

/** CDC sources and plain database connectors: host, port, database and table in options of their own, or a JDBC url. */
function hostTable(scheme: string, port: string): Identify {
  return (table, connector) => {
    const { options } = table;
    if (options.has('url')) return jdbc(table, connector);
    const host = options.get('hostname') ?? options.get('host');
    if (host === undefined) return [];
    const parts = [options.get('database-name') ?? options.get('database'), options.get('schema-name')];
    const name = [...parts, options.get('table-name') ?? options.get('table') ?? lastPart(table.name)];
    return [
      dataset(
        `${scheme}://${host}:${options.get('port') ?? port}`,
        name.filter(part => part !== undefined).join('.'),
        connector,
      ),
    ];
  };
}

/** A host list in one option (the first of `hosts` that is set, its entries sorted) and a name in another. */
function url(scheme: string, hosts: readonly string[], names: readonly string[]): Identify {
  return ({ options, name }, connector) => {
    const host = hosts.map(key => options.get(key)).find(value => value !== undefined);
    const found = names.map(key => options.get(key)).find(value => value !== undefined);
    return [dataset(`${scheme}://${authority(host) ?? scheme}`, found ?? name, connector)];
  };
}

/** `http://b:9200;http://a:9200/x` -> `a:9200,b:9200`; credentials are never part of an identity. */
function authority(text: string | undefined): string | null {
  if (text === undefined) return null;
  const hosts = text.split(/[;,]/).map(entry => {
    const scheme = entry.indexOf('://');
    const rest = (scheme < 0 ? entry : entry.slice(scheme + 3)).split('/')[0]!;
    return withoutLogin(rest).trim();
  });
  const sorted = hosts.filter(host => host !== '').sort();
  return sorted.length > 0 ? sorted.join(',') : null;
}

/** `user:password@host` -> `host`. */
function withoutLogin(host: string): string {
  return host.slice(host.lastIndexOf('@') + 1);
}

/** `hdfs://nn:8020/a/b` -> `hdfs://nn:8020`, `a/b`; a path without a host is the local file system's. */
function path({ options, name }: TableOptions, connector: string): readonly Dataset[] {
  const text = options.get('path') ?? options.get('warehouse');
  if (text === undefined) return [];
  const inner = options.has('path') ? '' : `/${name}`;
  const scheme = text.indexOf('://');
  if (scheme < 0) return [dataset('file://local', trimSlashes(text) + inner, connector)];
  const slash = text.indexOf('/', scheme + 3);
  if (slash < 0) return [dataset(text, name, connector)];
  const host = withoutLogin(text.slice(scheme + 3, slash));
  return [
    dataset(
      `${text.slice(0, scheme)}://${host === '' ? 'local' : host}`,
      trimSlashes(text.slice(slash)) + inner,
      connector,
    ),
  ];
}

function trimSlashes(text: string): string {
  let from = 0;
  let to = text.length;
  while (text[from] === '/') from++;
  while (to > from && text[to - 1] === '/') to--;
  return text.slice(from, to);
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}
