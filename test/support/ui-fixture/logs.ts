/** Log lines of the fixture's estate: one every few seconds, one Java exception, some Chinese. */
import { LOG_LEVELS, type LogItem, type LogLevel } from '../../../web/ui/src/api/logs.ts';
import { appId, containerId, FAILED_JOB, jobId, MINUTE, noise, STAGES } from './estate.ts';

const LINE_MS = 900;
const STACK = `java.lang.NumberFormatException: For input string: "N/A"
\tat com.acme.udf.ParseScore.eval(ParseScore.java:31)
\tat com.acme.udf.ParseScore.eval(ParseScore.java:18)
\tat StreamExecCalc$127.processElement(Unknown Source)
\tat org.apache.flink.streaming.runtime.tasks.CopyingChainingOutput.pushToOperator(CopyingChainingOutput.java:75)
\tat org.apache.flink.streaming.runtime.tasks.CopyingChainingOutput.collect(CopyingChainingOutput.java:50)
\tat org.apache.flink.streaming.api.operators.CountingOutput.collect(CountingOutput.java:59)
\tat java.base/java.lang.Thread.run(Thread.java:840)
Caused by: java.lang.IllegalStateException: dimension row 40312 has no score
\tat com.acme.udf.Scores.lookup(Scores.java:77)
\t... 7 more`;

const MESSAGES: readonly (readonly [LogLevel, string, string])[] = [
  [
    'INFO',
    'org.apache.flink.runtime.checkpoint.CheckpointCoordinator',
    'Completed checkpoint 48213 for job (184332 bytes, checkpointDuration=412 ms)',
  ],
  [
    'INFO',
    'org.apache.kafka.clients.consumer.internals.SubscriptionState',
    '[Consumer clientId=etl-3] Resetting offset for partition to position FetchPosition{offset=88123}',
  ],
  [
    'DEBUG',
    'org.apache.flink.streaming.runtime.tasks.StreamTask',
    'Notification of completed checkpoint 48213 for task Source',
  ],
  ['WARN', 'com.acme.etl.LateData', '丢弃迟到数据 23 条，水位线 2026-11-21 10:41:55'],
  [
    'INFO',
    'org.apache.flink.runtime.executiongraph.ExecutionGraph',
    'Calc[3] (2/4) switched from INITIALIZING to RUNNING.',
  ],
  [
    'WARN',
    'org.apache.kafka.clients.NetworkClient',
    '[Producer clientId=producer-1] Connection to node 2 could not be established',
  ],
];

/** A line that always names its job's ID. */
export type Line = LogItem & { readonly job_id: string };

/** What a line takes from its job, made once: a search reads thousands of lines. */
const SOURCES = STAGES.map(({ job, reads }) => ({
  topic: reads[0]!.split('/').at(-1),
  job_name: job,
  job_id: jobId(job),
  app_id: appId(job),
  containers: [0, 1, 2].map(c => containerId(job, c)),
}));

function ordinary(n: number): Line {
  const { topic, containers, ...source } = SOURCES[Math.floor(noise('stage', n) * SOURCES.length)]!;
  const roll = noise('message', n);
  const [level, logger, message] =
    MESSAGES[roll > 0.97 ? 3 : roll > 0.955 ? 5 : Math.floor(roll * 3) === 2 ? 2 : roll < 0.4 ? 0 : 1]!;
  const c = Math.floor(noise('container', n) * 3);
  return {
    id: `line-${n}`,
    ts: n * LINE_MS,
    level,
    logger,
    thread: `Source: ${topic} (${c + 1}/4)#0`,
    message,
    ...source,
    container_id: containers[c]!,
    host: `worker-${1 + c}.dc1`,
    role: 'taskmanager',
  };
}

/** The failure of `FAILED_JOB`, three minutes before `now`. */
export function exceptionLine(now: number): Line {
  return {
    ...ordinary(1),
    id: 'line-exception',
    ts: Math.floor(now / MINUTE) * MINUTE - 3 * MINUTE,
    level: 'ERROR',
    logger: 'org.apache.flink.runtime.taskmanager.Task',
    message: 'Calc[3] (2/4)#14 switched from RUNNING to FAILED with failure cause:',
    exception: {
      class: 'java.lang.NumberFormatException',
      message: 'For input string: "N/A"',
      stack: STACK,
      root: 'java.lang.IllegalStateException',
    },
    job_name: FAILED_JOB,
    job_id: jobId(FAILED_JOB),
    app_id: appId(FAILED_JOB),
    container_id: containerId(FAILED_JOB, 1),
  };
}

/** All lines with from <= ts < to, newest first; at most `cap`. */
export function linesBetween(from: number, to: number, now: number, cap = 40_000): Line[] {
  const last = Math.floor((Math.min(to, now) - 1) / LINE_MS);
  const first = Math.max(Math.ceil(from / LINE_MS), last - cap + 1);
  const lines: Line[] = [];
  for (let n = last; n >= first; n--) lines.push(ordinary(n));
  const failure = exceptionLine(now);
  if (failure.ts >= from && failure.ts < to) lines.push(failure);
  return lines.sort((a, b) => b.ts - a.ts);
}

const ORDER: readonly string[] = LOG_LEVELS;

/** A small part of the search language: words, level:>=X, field:value, NOT field:value. */
export function matching(params: URLSearchParams): (line: Line) => boolean {
  const value = (line: Line, field: string): string =>
    ({
      job: line.job_name,
      app: line.app_id,
      container: line.container_id,
      level: line.level,
      logger: line.logger,
      host: line.host,
      job_id: line.job_id,
      exception: line.exception?.class,
    })[field] ?? '';
  const tests: ((line: Line) => boolean)[] = [];
  for (const field of ['job', 'app', 'container', 'level', 'logger', 'host']) {
    const wanted = params.get(field);
    if (wanted) tests.push(line => value(line, field) === wanted);
  }
  for (const [, not, field, word] of (params.get('q') ?? '').matchAll(/(NOT )?(?:(\w+):)?(\S+)/g)) {
    const wanted = (word ?? '').replaceAll('"', '');
    const test = (line: Line): boolean => {
      if (field === 'level' && wanted.startsWith('>='))
        return ORDER.indexOf(line.level) >= ORDER.indexOf(wanted.slice(2));
      if (field) return value(line, field) === wanted;
      return `${line.message} ${line.exception?.stack ?? ''}`.toLowerCase().includes(wanted.toLowerCase());
    };
    tests.push(not ? line => !test(line) : test);
  }
  return line => tests.every(test => test(line));
}
