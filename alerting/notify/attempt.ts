/** One delivery attempt: send with a time limit, then decide what the answer makes of the row. */
import type { Clock } from '../../model/clock.ts';
import type { ActiveChannel } from './channel.ts';
import { type Entry, withBody } from './merge.ts';
import type { Recipient, SendResult } from './notifier.ts';
import { withAttempt } from './outbox-body.ts';
import { retryDelay } from './retry.ts';

/** Longest wait for an answer. */
const ATTEMPT_TIMEOUT_MS = 15_000;

/** Answers that speak of the channel rather than of the message: everything behind it would fare the same. */
const CHANNEL_CLASSES = new Set(['throttled', 'gateway', 'network', 'timeout', 'server', 'auth']);

/** Sends a row once. Never rejects: a notifier that throws has failed in a way it should have classified. */
export async function sendOnce(
  entry: Entry,
  channel: ActiveChannel,
  clock: Clock,
  stop: AbortSignal,
): Promise<SendResult> {
  const timeout = new AbortController();
  const cancel = clock.after(ATTEMPT_TIMEOUT_MS, () => timeout.abort(new Error('no answer in time')));
  const { row, body } = entry;
  const last = body.tries.findLast(attempt => !CHANNEL_CLASSES.has(attempt.class ?? ''))?.class;
  const skip = body.recipients.filter(r => r.status !== 'retryable').map(r => r.address);
  try {
    return await channel.notifier.send(
      body.message,
      {
        idempotencyKey: row.id,
        attempt: row.attempts + 1,
        skip,
        reached: body.recipients.some(r => r.status === 'delivered'),
        alerts: body.alerts,
        ...(last === undefined ? {} : { previousClass: last }),
      },
      AbortSignal.any([stop, timeout.signal]),
    );
  } catch (error) {
    return {
      kind: 'retryable',
      class: timeout.signal.aborted ? 'timeout' : 'crashed',
      error: (error as Error).message,
    };
  } finally {
    cancel();
  }
}

/**
 * The row after an answer. `pauseMs` > 0: the channel as a whole is to be left alone; `failures` counts how often in a row it was
 * before. A retryable answer past the channel's `give_up` is dead with class `gave-up`.
 */
export function afterAttempt(
  entry: Entry,
  result: SendResult,
  channel: ActiveChannel,
  at: { readonly now: number; readonly random: number; readonly failures: number },
): { readonly entry: Entry; readonly pauseMs: number } {
  const { row, body } = entry;
  const { now, random, failures } = at;
  const attempts = row.attempts + 1;
  const recipients = mergeRecipients(body.recipients, result.recipients ?? []);
  const refused = recipients.filter(recipient => recipient.status === 'permanent');
  const tried = {
    ...body,
    recipients,
    tries: withAttempt(body.tries, {
      at: now,
      outcome: result.kind,
      ...(result.kind === 'sent' ? {} : { class: result.class, error: inWords(result) }),
    }),
  };
  if (result.kind === 'sent') {
    const partial =
      refused.length > 0 ? { class: 'partial', error: refused[0]?.error } : { class: undefined, error: undefined };
    return { entry: withBody(entry, { ...tried, ...partial }, { status: 'delivered', attempts }), pauseMs: 0 };
  }
  const error = inWords(result);
  const untaken = { ...tried, class: result.class, error };
  if (result.kind === 'permanent') return { entry: withBody(entry, untaken, { status: 'dead', attempts }), pauseMs: 0 };

  const throttled = result.class === 'throttled';
  const atLeastMs = Math.max(result.retryAfterMs ?? 0, throttled ? channel.throttleFloorMs : 0);
  const ofChannel = CHANNEL_CLASSES.has(result.class);
  // A new message at a channel that has long been down waits as long as the old ones do.
  const failed = ofChannel ? Math.max(attempts, failures + 1) : attempts;
  const nextAttemptAt = now + retryDelay(channel.retry, failed, atLeastMs, random);
  if (nextAttemptAt > row.createdAt + channel.retry.giveUpMs) {
    const body = { ...untaken, class: 'gave-up', error: `${result.class}: ${error}` };
    return { entry: withBody(entry, body, { status: 'dead', attempts }), pauseMs: 0 };
  }
  return {
    entry: withBody(entry, untaken, { status: 'retrying', attempts, nextAttemptAt }),
    pauseMs: ofChannel ? nextAttemptAt - now : 0,
  };
}

/** What went wrong and what to do about it, as the delivery log shows it. */
function inWords(failure: Exclude<SendResult, { kind: 'sent' }>): string {
  return failure.remedy === undefined ? failure.error : `${failure.error}: ${failure.remedy}`;
}

/** The newest word on each address; a delivery is never taken back. */
function mergeRecipients(before: readonly Recipient[], after: readonly Recipient[]): Recipient[] {
  const byAddress = new Map(before.map(recipient => [recipient.address, recipient]));
  for (const recipient of after) {
    if (byAddress.get(recipient.address)?.status !== 'delivered') byAddress.set(recipient.address, recipient);
  }
  return [...byAddress.values()];
}
