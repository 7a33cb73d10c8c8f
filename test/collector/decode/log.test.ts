import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { type DecodedLog, decodeLog, LOG_LIMITS, type LogDecoding } from '../../../collector/decode/log.ts';
import { Rejected } from '../../../collector/decode/rejected.ts';
import { createRedactor } from '../../../collector/redact.ts';
import { anyCharacter } from '../../support/any-character.ts';

const AT = Date.parse('2026-11-21T10:00:00Z');
const DAY = 86_400_000;
const cuts: string[] = [];
const decoding: LogDecoding = {
  retentionMs: 7 * DAY,
  redactor: createRedactor(),
  wantRaw: true,
  onCut: field => cuts.push(field),
};

function decode(value: string | object | Uint8Array): DecodedLog | Rejected {
  const bytes =
    value instanceof Uint8Array ? value : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
  return decodeLog(bytes, AT, decoding);
}

function taken(value: string | object | Uint8Array): DecodedLog {
  const decoded = decode(value);
  assert.ok(!(decoded instanceof Rejected), `refused: ${decoded instanceof Rejected ? decoded.reason : ''}`);
  return decoded;
}

const STACK =
  'java.io.IOException: broken\n\tat a.B.c(B.java:1)\nCaused by: java.lang.IllegalStateException: deep\n\tat d.E.f(E.java:2)';
const NATIVE = {
  ts: AT - 5,
  level: 'ERROR',
  logger: 'a.B',
  thread: 'main',
  message: 'boom',
  exception: { class: 'java.io.IOException', message: 'broken', stack: STACK, root: 'java.lang.IllegalStateException' },
  mdc: { 'flink-job-id': 'aa' },
  job_name: 'agg',
  app_id: 'app_1',
  container_id: 'c_2',
  host: 'h1',
  role: 'taskmanager',
  pid: '7',
};
const EXCEPTION = {
  class: 'java.io.IOException',
  message: 'broken',
  stack: STACK,
  root: 'java.lang.IllegalStateException',
};
const frames = (...names: string[]) => names.map(name => ({ class: name, method: 'm', file: 'F.java', line: 3 }));

for (const [sentence, line] of [
  ['its own nested shape', NATIVE],
  [
    'the flat shape of the captures',
    {
      ...NATIVE,
      exception: undefined,
      exception_class: EXCEPTION.class,
      exception_message: 'broken',
      exception_root: EXCEPTION.root,
      stack: STACK,
    },
  ],
  [
    'Elastic Common Schema',
    {
      '@timestamp': new Date(AT - 5).toISOString(),
      'log.level': 'ERROR',
      'log.logger': 'a.B',
      'process.thread.name': 'main',
      'process.pid': 7,
      'host.name': 'h1',
      message: 'boom',
      'error.type': EXCEPTION.class,
      'error.message': 'broken',
      'error.stack_trace': STACK,
      'flink-job-id': 'aa',
      JOB_NAME: 'agg',
      _APP_ID: 'app_1',
      CONTAINER_ID: 'c_2',
      TIDEWATCH_ROLE: 'taskmanager',
    },
  ],
  [
    'Elastic Common Schema, nested',
    {
      '@timestamp': new Date(AT - 5).toISOString(),
      log: { level: 'error', logger: 'a.B' },
      process: { thread: { name: 'main' }, pid: 7 },
      host: { name: 'h1' },
      message: 'boom',
      error: { type: EXCEPTION.class, message: 'broken', stack_trace: STACK.split('\n') },
      labels: { job_name: 'agg', app_id: 'app_1', container_id: 'c_2', role: 'taskmanager' },
      'flink-job-id': 'aa',
    },
  ],
  [
    'Log4j2 JsonLayout with the trace as text',
    {
      instant: { epochSecond: (AT - 1000) / 1000, nanoOfSecond: 995_000_000 },
      level: 'ERROR',
      loggerName: 'a.B',
      thread: 'main',
      message: 'boom',
      thrown: { name: EXCEPTION.class, message: 'broken', extendedStackTrace: STACK },
      contextMap: [{ key: 'flink-job-id', value: 'aa' }],
      job_name: 'agg',
      app_id: 'app_1',
      container_id: 'c_2',
      role: 'taskmanager',
      host: 'h1',
      pid: 7,
    },
  ],
  [
    'Logstash',
    {
      '@timestamp': new Date(AT - 5).toISOString(),
      '@version': '1',
      message: 'boom',
      logger_name: 'a.B',
      thread_name: 'main',
      level: 'ERROR',
      stack_trace: STACK,
      'flink-job-id': 'aa',
      job_name: 'agg',
      app_id: 'app_1',
      container_id: 'c_2',
      role: 'taskmanager',
      HOSTNAME: 'h1',
      pid: '7',
    },
  ],
] as const) {
  test(`the same event in ${sentence}`, () => {
    const { record } = taken(line);

    assert.deepEqual(
      { ...record, mdc: undefined },
      {
        ts: AT - 5,
        level: 'ERROR',
        logger: 'a.B',
        thread: 'main',
        message: 'boom',
        exception: EXCEPTION,
        mdc: undefined,
        jobName: 'agg',
        jobId: 'aa',
        owner: '',
        cluster: '',
        appId: 'app_1',
        containerId: 'c_2',
        host: 'h1',
        role: 'taskmanager',
        pid: '7',
      },
    );
  });
}

test('JsonLayout frames as objects become a printed trace', () => {
  const thrown = {
    name: 'A',
    message: 'x',
    extendedStackTrace: frames('p.Q'),
    cause: { name: 'B', message: 'y', commonElementCount: 2, extendedStackTrace: frames('r.S') },
  };
  const { record } = taken({
    instant: { epochSecond: AT / 1000 },
    level: 'WARN',
    loggerName: 'l',
    message: 'm',
    thrown,
  });

  assert.deepEqual(record.exception, {
    class: 'A',
    message: 'x',
    root: 'B',
    stack: 'A: x\n\tat p.Q.m(F.java:3)\nCaused by: B: y\n\tat r.S.m(F.java:3)\n\t... 2 more',
  });
});

for (const [line, level, logger, message, stack] of [
  [
    '2026-11-21 09:59:59,123 INFO  org.apache.flink.X                [] - hello',
    'INFO',
    'org.apache.flink.X',
    'hello',
    '',
  ],
  ['2026-11-21T09:59:59.123Z [main] WARN a.B - careful', 'WARN', 'a.B', 'careful', ''],
  ['[2026-11-21 09:59:59] ERROR [main] a.B: bad', 'ERROR', 'a.B', 'bad', ''],
  ['java said WARNING of sorts', 'WARN', '', 'java said WARNING of sorts', ''],
  ['[1,2] is no JSON here', 'INFO', '', '[1,2] is no JSON here', ''],
  [`2026-11-21 09:59:59,123 ERROR a.B [] - boom\r\n${STACK.replaceAll('\n', '\r\n')}`, 'ERROR', 'a.B', 'boom', STACK],
] as const) {
  test(`plain text: ${JSON.stringify(line.slice(0, 50))}`, () => {
    const { record } = taken(line);

    assert.deepEqual(
      [record.level, record.logger, record.message, record.exception?.stack ?? ''],
      [level, logger, message, stack],
    );
    if (stack) assert.deepEqual(record.exception, EXCEPTION);
  });
}

for (const [sentence, value, code] of [
  ['broken JSON', '{"ts":1,', 'not-json'],
  ['nothing', '', 'empty'],
  ['white space', '  \r', 'empty'],
  ['invalid UTF-8', Buffer.from([0x7b, 0xff, 0xfe]), 'not-utf8'],
  ['2 MiB', Buffer.alloc(2 * 1024 * 1024, 0x61), 'too-large'],
  ['an object that is no event', { hello: 1 }, 'unknown-shape'],
  ['a level that is an object', { ...NATIVE, level: { a: 1 } }, 'bad-field'],
] as const) {
  test(`refused by name: ${sentence}`, () => {
    const decoded = decode(value);

    assert.ok(decoded instanceof Rejected);
    assert.equal(decoded.code, code);
  });
}

for (const [sentence, ts, kept, original] of [
  ['within the range', AT - DAY, AT - DAY, undefined],
  ['nine minutes ahead', AT + 540_000, AT + 540_000, undefined],
  ['an hour ahead', AT + 3_600_000, AT, AT + 3_600_000],
  ['a year old', AT - 365 * DAY, AT, AT - 365 * DAY],
  ['missing', undefined, AT, undefined],
  ['of the wrong type', { a: 1 }, AT, undefined],
  ['ISO 8601 with nanoseconds', '2026-11-21T09:59:59.123456789Z', AT - 877, undefined],
] as const) {
  test(`a time ${sentence} never refuses a line`, () => {
    const { record } = taken({ ...NATIVE, ts });

    assert.deepEqual([record.ts, record.tsOriginal], [kept, original]);
  });
}

test('wrong types are coerced: numbers and objects where texts belong, unknown levels', () => {
  const { record } = taken({
    ts: AT,
    level: 'NOTICE',
    message: { a: 1 },
    thread: 5,
    mdc: { n: 1, o: { p: 2 } },
    host: null,
  });

  assert.deepEqual(
    [record.level, record.message, record.thread, record.mdc, record.host],
    ['INFO', '{"a":1}', '5', { n: '1', o: '{"p":2}' }, ''],
  );
});

test('a byte order mark is dropped', () => {
  assert.equal(
    taken(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(JSON.stringify(NATIVE))])).record.message,
    'boom',
  );
});

test('limits: 10,000 MDC keys and long texts are cut and counted, a long message stays whole', () => {
  cuts.length = 0;
  const mdc = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`k${i}`, 'v']));
  const { record } = taken({ ...NATIVE, mdc, message: '😀'.repeat(100_000), logger: 'x'.repeat(5000) });

  assert.equal(Object.keys(record.mdc ?? {}).length, LOG_LIMITS.mdcKeys);
  assert.equal(record.message, '😀'.repeat(100_000));
  assert.equal(record.logger.length, LOG_LIMITS.text);
  assert.deepEqual(cuts.sort(), ['mdc', 'text']);
});

for (const [sentence, text, exact] of [
  ['the native shape', JSON.stringify(NATIVE), true],
  ['quotes and colons inside the message', JSON.stringify({ ...NATIVE, message: 'say "a": 1' }), true],
  ['an unknown key', JSON.stringify({ ...NATIVE, extra: 1 }), false],
  ['a level to be mapped', JSON.stringify({ ...NATIVE, level: 'warning' }), false],
  ['a time to be clamped', JSON.stringify({ ...NATIVE, ts: 1 }), false],
  ['a key named twice', JSON.stringify(NATIVE).replace('"host"', '"pid":"7","host"'), false],
  [
    'an MDC key named twice',
    JSON.stringify(NATIVE).replace('"flink-job-id"', '"flink-job-id":"b","flink-job-id"'),
    false,
  ],
  ['blanks between the parts', JSON.stringify(NATIVE, null, 1).replaceAll('\n', ''), true],
  [
    'a key named twice in a text no longer than it has to be',
    JSON.stringify(NATIVE).replace(/"ts":\d+/, '"ts":18e11,"pid":""'),
    false,
  ],
  ['a key named twice behind blanks', JSON.stringify(NATIVE).replace('"host"', '"pid" :"7","host"'), false],
  ['a secret', JSON.stringify({ ...NATIVE, message: 'password=abc' }), false],
  ['a number where a text belongs', JSON.stringify({ ...NATIVE, pid: 7 }), false],
] as const) {
  test(`bytes may be stored as they are: ${sentence} -> ${exact}`, () => {
    assert.equal(taken(text).rawIsExact, exact);
  });
}

test('no text of any kind makes decoding throw', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: anyCharacter }),
        fc.json(),
        fc.object().map(o => JSON.stringify({ ...o, message: 1 })),
      ),
      text => {
        decodeLog(Buffer.from(text), AT, decoding);
      },
    ),
    { numRuns: 200 },
  );
});

test('captured lines keep their job, container and trace', () => {
  const lines = readFileSync(join(import.meta.dirname, '../../fixtures/flink/logs-flat-2.3.0.ndjson'), 'utf8')
    .trim()
    .split('\n');
  for (const line of lines) {
    const sent = JSON.parse(line) as {
      message: string;
      container_id: string;
      mdc?: Record<string, string>;
      stack?: string;
      exception_class?: string;
    };
    const { record } = taken(line);
    assert.deepEqual(
      [record.message, record.containerId, record.jobId, record.exception?.stack, record.exception?.class],
      [sent.message, sent.container_id, sent.mdc?.['flink-job-id'] ?? '', sent.stack, sent.exception_class],
    );
  }
});
