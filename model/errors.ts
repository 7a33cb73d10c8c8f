/**
 * Every stable error code of the daemon. Codes are part of the API (problem+json `code`, rejection `code`, rule health,
 * dead-letter reason): never rename one.
 */
export const ERROR_CODES = {
  // intake: a record or line that cannot be taken
  'not-json': 'the line is not valid JSON',
  'not-object': 'the JSON value is not an object',
  'not-utf8': 'the bytes are not valid UTF-8',
  empty: 'the record is empty',
  'too-large': 'the record is larger than the limit',
  'bad-field': 'a field has the wrong type or value',
  'unknown-shape': 'the record fits none of the formats of this stream',
  'unknown-scope': 'the metric identifier fits no configured scope format',
  'not-finite': 'the value is NaN or infinite',
  'ts-future': 'the timestamp is more than 10 minutes ahead',
  'ts-expired': 'the timestamp is older than the retention',
  'duplicate-key': 'the JSON object names a key twice',
  'store-refused': 'the store refused the document for good',
  'series-limit': 'metrics.max_series is reached; the new series was refused',
  // requests
  'bad-request': 'the request does not fit the schema',
  'bad-query': 'the query cannot be read',
  'bad-cursor': 'the cursor is not one this server gave out',
  'not-found': 'there is no such object',
  'version-conflict': 'the object was changed meanwhile',
  'managed-by-file': 'the object comes from a file and is changed there',
  'ambiguous-metric': 'the bare metric name stands for several scopes',
  'unknown-metric': 'no series has this name',
  'bad-formula': 'the formula cannot be read',
  'bad-schedule': 'the cron pattern or time zone cannot be read, or never fires',
  'name-taken': 'another object has this name',
  'unknown-receiver': 'no channel or receiver has this name',
  overloaded: 'too much is under way; try again',
  'store-away': 'the store does not answer',
  standby: 'another daemon holds the lease',
  unauthorized: 'the request carries no valid credentials',
  forbidden: 'the request is not allowed',
  internal: 'a bug in the daemon',
  // evaluation
  'store-behind': 'the store has not caught up with the tick',
  'too-many-groups': 'the rule has more groups than max_groups',
  'query-failed': 'the store failed to answer the rule',
  'ticks-skipped': 'ticks older than the catch-up limit were not evaluated',
  'clock-set-back': 'the wall clock was set back; evaluation waits for it',
  // the daemon itself
  'rules-behind': 'rules are evaluated later than their schedule says',
  'stream-behind': 'the intake is further behind than rules wait for',
  'channel-failing': 'a channel does not take what is sent to it',
  'heartbeat-failing': 'the outside receiver of the heartbeat does not take it',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** One complaint about an input: where it is, and what to do. `line` and `column` count from 1, `position` from 0. */
export interface InputIssue {
  readonly path?: string;
  readonly line?: number;
  readonly column?: number;
  readonly position?: number;
  readonly message: string;
}

/** An expected failure that reaches a user: becomes RFC 9457 problem+json over the API and a plain line in the CLI. */
export class UserError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly issues: readonly InputIssue[];

  constructor(
    code: ErrorCode,
    message: string,
    options: { status?: number; issues?: readonly InputIssue[]; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'UserError';
    this.code = code;
    this.status = options.status ?? 422;
    this.issues = options.issues ?? [];
  }
}

/** A store that cannot be reached now: callers wait and try again, nothing was written for certain. */
export class StoreAwayError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'StoreAwayError';
  }
}

/** Optimistic locking failed: the object's version is not the expected one. */
export class VersionConflictError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'VersionConflictError';
  }
}
