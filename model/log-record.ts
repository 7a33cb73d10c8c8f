import type { Labels } from './labels.ts';

/** Levels in rising order; anything a framework adds is mapped to the nearest of these by the decoder. */
export const LOG_LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** A thrown exception as the appender saw it; `stack` holds the whole trace with `\n` inside, `root` the innermost cause. */
export interface LogException {
  readonly class: string;
  readonly message: string;
  readonly stack: string;
  readonly root?: string;
}

/** One log event after decoding, whatever format it came in. Absent text fields are `''`. */
export interface LogRecord {
  /** Event time, epoch ms; clamped to the record's time when it lies outside [record time - retention, + 10 min]. */
  readonly ts: number;
  /** The event time as sent, when it had to be replaced. */
  readonly tsOriginal?: number;
  readonly level: LogLevel;
  readonly logger: string;
  readonly thread: string;
  readonly message: string;
  readonly exception?: LogException;
  /** Log4j's mapped diagnostic context. */
  readonly mdc?: Labels;
  /** `JOB_NAME` of the process's environment; `session` or empty in a session cluster. */
  readonly jobName: string;
  /** Flink's `flink-job-id` from the MDC; joined to the job's name at query time. */
  readonly jobId: string;
  readonly owner: string;
  readonly cluster: string;
  readonly appId: string;
  readonly containerId: string;
  readonly host: string;
  /** jobmanager | taskmanager | client | '' */
  readonly role: string;
  readonly pid: string;
}
