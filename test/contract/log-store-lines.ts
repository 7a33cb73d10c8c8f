import type { JobNames } from '../../model/job-names.ts';
import { NO_JOB_NAMES } from '../../model/job-names.ts';
import type { LogRecord } from '../../model/log-record.ts';
import { parseLogQuery } from '../../store/log-query-parse.ts';
import type { LogItem, LogPage, LogRow, LogSearch, LogStore } from '../../store/log-store.ts';
import type { MakeStore } from './store-test.ts';

export type MakeLogStore = MakeStore<LogStore>;

/** 2026-11-20 10:00:00 UTC, the hour the suite's lines lie in. */
export const T0 = Date.UTC(2026, 10, 20, 10);
export const MINUTE = 60_000;
export const DAY = 86_400_000;

const PLAIN: LogRecord = {
  ts: T0,
  level: 'INFO',
  logger: 'org.apache.flink.runtime.taskmanager.Task',
  thread: 'main',
  message: '',
  jobName: 'dwd_order',
  jobId: '',
  owner: '',
  cluster: '',
  appId: 'application_1_0001',
  containerId: 'container_1_0001_01_000002',
  host: 'h1',
  role: 'taskmanager',
  pid: '1',
};

export interface RowOptions {
  readonly epoch?: string;
  readonly topic?: string;
  readonly partition?: number;
  readonly recordTs?: number;
}

/** A row at an offset; what is not given is an ordinary line of `dwd_order` at T0. */
export function row(offset: number, record: Partial<LogRecord>, options: RowOptions = {}): LogRow {
  const { epoch = 'e1', topic = 'tidewatch.logs', partition = 0 } = options;
  const full = { ...PLAIN, ...record };
  return { position: { epoch, topic, partition, offset }, recordTs: options.recordTs ?? full.ts, record: full };
}

/** Names of jobs by id, as metrics would have taught them. */
export function jobNames(byId: Readonly<Record<string, string>>): JobNames {
  return {
    nameOf: id => (Object.hasOwn(byId, id) ? byId[id] : undefined),
    idsOf: name => Object.keys(byId).filter(id => byId[id] === name),
    knownIds: () => Object.keys(byId),
    names: () => new Set(Object.values(byId)),
  };
}

/** Stores rows so that the next search sees them; fails when one is refused. */
export async function put(store: LogStore, rows: readonly LogRow[]): Promise<void> {
  const refused = await store.append(rows, { visible: true });
  if (refused.length > 0) throw new Error(`refused: ${refused.map(r => `${r.index} ${r.reason}`).join(', ')}`);
}

export function page(
  store: LogStore,
  q: string,
  options: Partial<LogSearch> = {},
  names = NO_JOB_NAMES,
): Promise<LogPage> {
  return store.search({ limit: 1000, ...options, query: parseLogQuery(q) }, names);
}

/** Messages found, newest first. */
export async function messages(
  store: LogStore,
  q: string,
  options: Partial<LogSearch> = {},
  names = NO_JOB_NAMES,
): Promise<string[]> {
  return textOf((await page(store, q, options, names)).items);
}

export function textOf(items: readonly LogItem[]): string[] {
  return items.map(item => item.message);
}

/** Every page of a search one after another; `between` runs after each. */
export async function allPages(
  store: LogStore,
  q: string,
  limit: number,
  between: (page: LogPage) => Promise<void> = async () => {},
): Promise<LogItem[]> {
  const items: LogItem[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const found = await page(store, q, { limit, ...(cursor === undefined ? {} : { cursor }) });
    items.push(...found.items);
    cursor = found.next;
    await between(found);
  }
  return items;
}

/** Every page of a walk forward one after another; `between` runs after each. */
export async function allForward(
  store: LogStore,
  q: string,
  limit: number,
  range: Pick<LogSearch, 'from' | 'to'> = {},
  between: () => Promise<void> = async () => {},
): Promise<LogItem[]> {
  const items: LogItem[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const options = { ...range, limit, ...(cursor === undefined ? {} : { cursor }) };
    const found = await store.forward({ query: parseLogQuery(q), ...options }, NO_JOB_NAMES);
    items.push(...found.items);
    cursor = found.next;
    await between();
  }
  return items;
}
