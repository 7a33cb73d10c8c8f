import type { LogException } from '../../model/log-record.ts';
import type { Fields } from './fields.ts';

/** A log event as one of the shapes spells it, before limits, times and levels are made uniform. */
export interface LogDraft {
  /** Event time as sent: epoch ms or ISO 8601; anything else means unknown. */
  readonly ts: unknown;
  readonly level: unknown;
  readonly logger: unknown;
  readonly thread: unknown;
  readonly message: unknown;
  readonly exception: LogException | null;
  /** Mapped diagnostic context. */
  readonly mdc: Fields;
  /** Where the environment's values stand: `job_name` … or `JOB_NAME` …. */
  readonly env: Fields;
  readonly host: unknown;
  readonly pid: unknown;
}
