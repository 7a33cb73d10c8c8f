import type { ErrorCode } from '../../model/errors.ts';

/** Why a record is not taken: a stable code and words for people. A value, never thrown. */
export class Rejected {
  readonly code: ErrorCode;
  readonly reason: string;

  constructor(code: ErrorCode, reason: string) {
    this.code = code;
    this.reason = reason;
  }
}

/** A record that was not taken and its index in the batch. */
export interface RejectedAt {
  readonly index: number;
  readonly rejected: Rejected;
}

/** Runs a decoder; a bug in it costs one record, rejected as `internal`, and not the stream. */
export function guarded<T>(decode: () => T | Rejected): T | Rejected {
  try {
    return decode();
  } catch (error) {
    return new Rejected('internal', `decoding failed: ${(error as Error).message}`.slice(0, 200));
  }
}
