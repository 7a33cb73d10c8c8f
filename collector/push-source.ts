/** HTTP intake without HTTP: a request body in, an answer out, exactly once however often it is repeated (contracts.md section 2). */
import type { Clock } from '../model/clock.ts';
import { StoreAwayError, UserError } from '../model/errors.ts';
import type { Telemetry } from '../model/telemetry.ts';
import { bodyRecords } from './intake-body.ts';
import { type IntakeDocs, IntakeKeys, type Receipt, requestKey } from './intake-keys.ts';
import type { BatchSink, RawBatch, RawRecord, StreamName } from './source.ts';

const MAX_REPORTED = 100;
const RETRY_AFTER_SECONDS = 1;

export interface IntakeRequest {
  readonly stream: StreamName;
  /** The body, unpacked. Kept untouched until the answer is there. */
  readonly body: Buffer;
  readonly idempotencyKey?: string;
  /** Where the records count as coming from; `http` unless a file is replayed. */
  readonly topic?: 'http' | 'file';
}

/** A type, not an interface: it is kept as JSON beside its key. Lines count from 1. */
export type IntakeAnswer = {
  readonly accepted: number;
  /** The first 100. */
  readonly rejected: readonly { readonly line: number; readonly code: string; readonly reason: string }[];
  readonly rejected_total: number;
};

/** Too much is under way: nothing of the request was taken. Answered 429 with `Retry-After`. */
export class OverloadedError extends UserError {
  readonly retryAfterSeconds: number;

  constructor(retryAfterSeconds: number) {
    super('overloaded', 'too many bytes are waiting for the store; nothing was taken, try again', { status: 429 });
    this.name = 'OverloadedError';
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export interface IntakeLimits {
  readonly bodyBytes: number;
  /** Bytes of bodies taken in and not yet stored; one body is always let in. */
  readonly inFlightBytes: number;
  /** Records handed to the sink at once: few enough to die young, enough for a transaction to be worth its while. */
  readonly batchRecords: number;
}

const DEFAULT_INTAKE_LIMITS: IntakeLimits = {
  bodyBytes: 32 * 1024 * 1024,
  inFlightBytes: 64 * 1024 * 1024,
  batchRecords: 2000,
};

export interface PushSource {
  /**
   * Takes a body into the stores. Resolves when every line is stored or refused, and the next query sees them. Rejects with
   * `OverloadedError` (429), `UserError` too-large (413) or bad-request, and `StoreAwayError` (503): then a retry with the same
   * key, or the same body within ten minutes, is exact.
   */
  ingest(request: IntakeRequest, signal?: AbortSignal): Promise<IntakeAnswer>;
  /** Refuses what comes from now on and waits for the requests under way. Idempotent. */
  stop(): Promise<void>;
  /** Bytes taken in and not yet stored. */
  readonly inFlightBytes: number;
}

/** Builds the intake on a sink and a state store, which keeps the keys. */
export function createPushSource(parts: {
  sink: BatchSink;
  state: IntakeDocs;
  clock: Clock;
  telemetry: Telemetry;
  limits?: Partial<IntakeLimits>;
}): PushSource {
  const { sink, clock, telemetry } = parts;
  const limits = { ...DEFAULT_INTAKE_LIMITS, ...parts.limits };
  const keys = new IntakeKeys<IntakeAnswer>(parts.state, clock);
  const underWay = new Set<Promise<unknown>>();
  let inFlight = 0;
  let stopped = false;

  async function ingest(request: IntakeRequest, signal?: AbortSignal): Promise<IntakeAnswer> {
    if (stopped) throw new StoreAwayError('the daemon is stopping');
    const { body, stream } = request;
    if (body.length > limits.bodyBytes) {
      throw new UserError('too-large', `the body has ${body.length} bytes; at most ${limits.bodyBytes}`, {
        status: 413,
      });
    }
    const key = requestKey(stream, body, request.idempotencyKey);
    if (keys.isUnderWay(key)) return keys.once(key, take);
    if (inFlight > 0 && inFlight + body.length > limits.inFlightBytes) throw new OverloadedError(RETRY_AFTER_SECONDS);

    account(body.length);
    const answer = keys.once(key, take).finally(() => account(-body.length));
    const forget = (): void => void underWay.delete(settled);
    const settled: Promise<void> = answer.then(forget, forget);
    underWay.add(settled);
    return answer;

    function take(receipt: Receipt): Promise<IntakeAnswer> {
      return deliver(request, receipt, signal);
    }
  }

  async function deliver(request: IntakeRequest, receipt: Receipt, signal?: AbortSignal): Promise<IntakeAnswer> {
    const records = bodyRecords(request.body, request.stream);
    const rejected: { line: number; code: string; reason: string }[] = [];
    let accepted = 0;
    let total = 0;
    for (let from = 0; from < records.length; from += limits.batchRecords) {
      const batch = batchOf(request, receipt, records.slice(from, from + limits.batchRecords), from);
      const result = await sink(batch, { visible: true }, signal);
      accepted += result.accepted;
      total += result.rejected.length;
      for (const { index, code, reason } of result.rejected) {
        if (rejected.length < MAX_REPORTED) rejected.push({ line: from + index + 1, code, reason });
      }
    }
    return { accepted, rejected, rejected_total: total };
  }

  function batchOf(request: IntakeRequest, receipt: Receipt, values: readonly Uint8Array[], from: number): RawBatch {
    const { receivedAt, epoch } = receipt;
    const records = values.map(
      (value, i): RawRecord => ({ partition: 0, offset: from + i + 1, recordTs: receivedAt, value }),
    );
    const topic = request.topic ?? 'http';
    return { stream: request.stream, topic, epoch, records, arrivedAt: clock.now(), ownPositions: true };
  }

  function account(bytes: number): void {
    inFlight += bytes;
    telemetry.intakeBytes.set(inFlight);
  }

  return {
    ingest,
    async stop() {
      stopped = true;
      await Promise.all(underWay);
    },
    get inFlightBytes() {
      return inFlight;
    },
  };
}
