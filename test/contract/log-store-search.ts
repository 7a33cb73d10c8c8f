import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { LogRecord } from '../../model/log-record.ts';
import type { LogStore } from '../../store/log-store.ts';
import { jobNames, type MakeLogStore, MINUTE, page, put, row, T0 } from './log-store-lines.ts';

const OOM_STACK = [
  'java.lang.OutOfMemoryError: Java heap space',
  '\tat org.apache.flink.table.runtime.operators.join.HashJoin.open(HashJoin.java:88)',
  'Caused by: java.io.IOException: Cannot allocate dwd_order_buffer',
].join('\n');

/** Lines by a short name, oldest first, one a minute. */
const LINES: Readonly<Record<string, Partial<LogRecord>>> = {
  start: { message: 'Starting the TaskManager of dwd_order' },
  checkpoint: {
    message: 'Completed checkpoint 17 for job 98701d (12345 bytes)',
    level: 'DEBUG',
    role: 'jobmanager',
    containerId: 'container_1_0001_01_000001',
  },
  slow: { message: 'Checkpoint 18 was declined: barrier is slow', level: 'WARN' },
  oom: {
    message: 'Task failed fatally',
    level: 'ERROR',
    exception: { class: 'java.lang.OutOfMemoryError', message: 'Java heap space', stack: OOM_STACK },
    thread: 'Source: orders (1/4)#0',
  },
  noTrace: {
    message: 'Closing',
    level: 'ERROR',
    exception: { class: 'com.acme.LateRowException', message: 'row 7 is late', stack: '' },
  },
  chinese: {
    message: '订单处理失败:库存不足 OrderService',
    level: 'ERROR',
    jobName: 'dws_stock',
    appId: 'application_1_0002',
    containerId: 'container_1_0002_01_000002',
    host: 'h2',
  },
  other: {
    message: 'order of operators is kept',
    jobName: 'dws_stock',
    appId: 'application_1_0002',
    containerId: 'container_1_0002_01_000003',
    host: 'h2',
  },
  session: {
    message: 'Switched to RUNNING',
    jobName: 'session',
    jobId: 'aa11',
    appId: 'application_2_0001',
    containerId: 'container_2_0001_01_000001',
    host: 'h3',
    logger: 'org.apache.flink.runtime.executiongraph.ExecutionGraph',
  },
  session2: {
    message: 'Switched to FAILED',
    level: 'FATAL',
    jobName: 'session',
    jobId: 'bb22',
    appId: 'application_2_0001',
    containerId: 'container_2_0001_01_000001',
    host: 'h3',
  },
  nameless: {
    message: 'kafka-producer-network-thread | "quoted" \\ back%slash_\'s',
    jobName: '',
    appId: '',
    containerId: '',
    host: '',
    role: '',
    logger: 'o\'Logger"%_x',
    level: 'TRACE',
  },
};

/** Query -> lines found, newest first. No job names are known. */
const SEARCHES: readonly (readonly [sentence: string, q: string, found: string])[] = [
  ['every line, newest first', '', 'nameless session2 session other chinese noTrace oom slow checkpoint start'],
  ['a word, whatever its case', 'CHECKPOINT', 'slow checkpoint'],
  ['a word is whole', 'check', ''],
  ['an underscore keeps a word together', 'dwd_order', 'start'],
  ['a part behind an underscore is not a word', 'order', 'other'],
  ['words in any order', 'declined checkpoint', 'slow'],
  ['a word of the message and one of the stack trace', 'fatally HashJoin', 'oom'],
  ['a short exception name finds the full class name', 'OutOfMemoryError', 'oom'],
  ['a full class name', 'java.lang.OutOfMemoryError', 'oom'],
  [
    'a stack frame as pasted',
    '"at org.apache.flink.table.runtime.operators.join.HashJoin.open(HashJoin.java:88)"',
    'oom',
  ],
  ['a cause deep in the trace', '"Caused by: java.io.IOException"', 'oom'],
  ['class and message of an exception without a trace', 'LateRowException "row 7"', 'noTrace'],
  ['a phrase in order', '"java heap space"', 'oom'],
  ['a phrase out of order', '"heap java space"', ''],
  ['a phrase with a word left out', '"completed 17"', ''],
  ['a phrase does not span message and trace', '"fatally java"', ''],
  ['a beginning', 'OutOf*', 'oom'],
  ['a beginning is not an end', 'MemoryError*', ''],
  ['a phrase that ends in a beginning', '"checkpoint 18 was dec"*', 'slow'],
  ['a class name that ends in a beginning', 'java.io.IO*', 'oom'],
  ['two Chinese characters', '失败', 'chinese'],
  ['Chinese characters that are apart', '订处', ''],
  ['a Chinese phrase over punctuation, as words are', '"失败 库存"', 'chinese'],
  ['Chinese beside Latin', '库存不足 orderservice', 'chinese'],
  ['either word', 'heap OR 失败', 'chinese oom'],
  ['OR binds weaker than AND', 'heap failed OR checkpoint declined', 'oom slow'],
  ['a group', 'checkpoint (declined OR completed)', 'slow checkpoint'],
  ['without a word', 'checkpoint -declined', 'checkpoint'],
  ['only without', 'NOT (checkpoint OR switched OR order) -失败', 'nameless noTrace oom start'],
  ['without a phrase', 'task* -"heap space"', 'start'],
  ['a negated group inside an alternative', 'heap OR (-checkpoint level:WARN)', 'oom'],
  ['punctuation alone', '-->', ''],
  ['not what finds nothing', 'checkpoint -"-->"', 'slow checkpoint'],
  ['a job', 'job:dws_stock', 'other chinese'],
  ['a job by its beginning', 'job:dw*', 'other chinese noTrace oom slow checkpoint start'],
  ['a field is case-sensitive', 'job:DWS_stock', ''],
  ['a part of a value is not the value', 'job:dws', ''],
  ['not of a job', '-job:dw* -job:session', 'nameless'],
  ['no job at all', 'job:""', 'nameless'],
  ['a YARN application', 'app:application_1_0001', 'noTrace oom slow checkpoint start'],
  ['applications by their beginning', 'app:application_2*', 'session2 session'],
  ['a container', 'container:container_1_0001_01_000001', 'checkpoint'],
  ['a container and a word', 'container:container_1_0001_01_000002 Task*', 'oom start'],
  ['a container that is not there', 'container:nope', ''],
  [
    'either of two containers',
    'container:container_1_0002_01_000003 OR container:container_1_0001_01_000001',
    'other checkpoint',
  ],
  ['a host', 'host:h2', 'other chinese'],
  ['a role', 'role:jobmanager', 'checkpoint'],
  ['a logger by its beginning', 'logger:org.apache.flink.runtime.exec*', 'session'],
  ['a logger with odd characters', 'logger:"o\'Logger\\"%_x"', 'nameless'],
  ['a thread with spaces', 'thread:"Source: orders (1/4)#0"', 'oom'],
  ['a thread by its beginning', 'thread:"Source: "*', 'oom'],
  ['an exception class', 'exception:java.lang.OutOfMemoryError', 'oom'],
  ['exceptions of a package', 'exception:com.acme*', 'noTrace'],
  ['any exception', 'exception:*', 'noTrace oom'],
  ['no exception', 'exception:"" level:>=WARN', 'session2 chinese slow'],
  ['a job id', 'job_id:aa11', 'session'],
  ['a level', 'level:ERROR', 'chinese noTrace oom'],
  ['a level and above', 'level:>=WARN', 'session2 chinese noTrace oom slow'],
  ['the ordinary level and below', 'level:<=INFO', 'nameless session other checkpoint start'],
  ['not a level', '-level:INFO job:dwd_order', 'noTrace oom slow checkpoint'],
  ['a field or a word', 'host:h3 OR heap', 'session2 session oom'],
  ['a field and neither of two words', 'job:dwd_order NOT (checkpoint OR closing)', 'oom start'],
  ['words with quotes and backslashes round them', '"quoted back"', 'nameless'],
  [
    'a line with quotes, a bar and a backslash as it is',
    'kafka-producer-network-thread | "quoted" \\ back%slash_\'s',
    'nameless',
  ],
  ['Chinese in brackets', '[订单处理失败:库存不足]', 'chinese'],
  ['a container by its id alone', 'container_1_0001_01_000001', 'checkpoint'],
  ['an id as copied, with quotes, spaces and a comma', "  'container_1_0001_01_000001', ", 'checkpoint'],
  ['a quoted id', '" container_1_0001_01_000001 "', 'checkpoint'],
  ['a container with what it was copied with', 'container:" \'container_1_0001_01_000001\' "', 'checkpoint'],
  ['an application in another case', 'app:APPLICATION_1_0002', 'other chinese'],
  ['an application by its id alone, in another case', 'Application_2_0001 switched', 'session2 session'],
  ['neither application', '-application_1_0001 -application_1_0002', 'nameless session2 session'],
  [
    'a stack trace as pasted, its message before it and its end left out',
    `Task failed fatally\r\n${OOM_STACK.replaceAll('\n', '\r\n')}\r\n\t... 3 more\r\n`,
    'oom',
  ],
  ['a trace of something else', `${OOM_STACK}\n\tat a.B.lambda$0(B.java:1)`, ''],
  [
    'a line of a log file, with its time and level',
    '2026-11-20 10:02:00,000 WARN  org.apache.flink.runtime.Task [] - Checkpoint 18 was declined: barrier (is) NOT "slow',
    '',
  ],
  [
    'a line of an export',
    '2026-11-20T10:02:00.000Z [main] WARN  org.apache.flink.runtime.Task - Checkpoint 18 was declined: barrier is slow',
    'slow',
  ],
];

const NAMES = jobNames({ aa11: 'ads_report', cc33: 'dwd_order' });
/** The same once `aa11` is known to be a run of `ads_report`. */
const NAMED_SEARCHES: readonly (readonly [sentence: string, q: string, found: string])[] = [
  ['the job finds lines that carry only its id', 'job:ads_report', 'session'],
  ['the environment keeps the lines whose id is not known', 'job:session', 'session2'],
  ['a beginning of the joined name', 'job:ads*', 'session'],
  ['not the job', 'switched -job:ads_report', 'session2'],
  ['not the environment', 'switched -job:session', 'session'],
  ['a known name leaves other lines alone', 'job:dwd_order heap', 'oom'],
];

/** The part of the LogStore suite that only reads: one corpus, every part of the search language. */
export function logSearchContract(make: MakeLogStore): void {
  describe('search language', () => {
    let store: LogStore;
    let done: () => Promise<void>;
    const nameOfMessage = new Map(Object.entries(LINES).map(([name, line]) => [line.message, name]));

    before(async () => {
      ({ store, done } = await make());
      await put(
        store,
        Object.values(LINES).map((line, i) => row(i, { ...line, ts: T0 + i * MINUTE })),
      );
    });
    after(() => done());

    for (const [sentence, q, found] of SEARCHES) {
      test(`${sentence}: ${q}`, async () => {
        const result = await page(store, q);

        assert.equal(result.items.map(item => nameOfMessage.get(item.message)).join(' '), found);
        assert.deepEqual(result.total, { value: result.items.length, relation: 'eq' });
        assert.equal(result.next, null);
      });
    }

    for (const [sentence, q, found] of NAMED_SEARCHES) {
      test(`job names known later: ${sentence}: ${q}`, async () => {
        const result = await page(store, q, {}, NAMES);

        assert.equal(result.items.map(item => nameOfMessage.get(item.message)).join(' '), found);
      });
    }

    test('an item shows the joined job name, and the environment where the id is not known', async () => {
      const { items } = await page(store, 'switched', {}, NAMES);

      assert.deepEqual(
        items.map(item => [item.jobName, item.jobId]),
        [
          ['session', 'bb22'],
          ['ads_report', 'aa11'],
        ],
      );
    });

    test('a range takes its beginning and leaves its end', async () => {
      const { items } = await page(store, 'job:dwd_order', { from: T0 + MINUTE, to: T0 + 3 * MINUTE });

      assert.deepEqual(
        items.map(item => nameOfMessage.get(item.message)),
        ['slow', 'checkpoint'],
      );
    });

    test('a range with one open end, and an empty one', async () => {
      assert.equal((await page(store, '', { from: T0 + 8 * MINUTE })).items.length, 2);
      assert.equal((await page(store, '', { to: T0 + MINUTE })).items.length, 1);
      assert.equal((await page(store, '', { from: T0 + 1, to: T0 + MINUTE })).items.length, 0);
      assert.deepEqual((await page(store, 'heap', { from: T0, to: T0 })).total, { value: 0, relation: 'eq' });
    });
  });
}
