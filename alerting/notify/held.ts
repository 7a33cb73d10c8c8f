/**
 * Silence and inhibition at the moment of sending. A message that failed once is judged again before each further attempt: what is silenced by
 * then stays in the outbox and goes out when nothing keeps it back any more and its alert still goes on. Pure.
 */
import type { OutboxRow } from '../../store/state-store.ts';
import type { Withheld } from './judge.ts';
import { type Entry, withBody, without } from './merge.ts';
import { type AlertRef, encodeBody, outboxId } from './outbox-body.ts';

/** What keeps an alert of a row quiet now; null when nothing does. Ends are never kept back here. */
export type WithheldNow = (ref: AlertRef) => Withheld | null;

/** Why a tried row must wait as a whole; null when some of it may be sent. */
export function heldBy({ row, body }: Entry, withheld: WithheldNow): Withheld | null {
  if (row.attempts === 0) return null;
  const reasons = body.alerts.map(ref => (ref.status === 'resolved' ? null : withheld(ref)));
  return reasons.every(reason => reason !== null) ? (reasons[0] ?? null) : null;
}

/** The row with the reason noted, for the delivery log. */
export function markHeld(entry: Entry, why: Withheld): Entry {
  return withBody(entry, { ...entry.body, withheld: why, class: why.reason, error: `held back: ${why.detail}` });
}

/** The row as it goes out: nothing keeps it back any more. */
export function unmarked(entry: Entry): Entry {
  return entry.body.withheld === undefined ? entry : withBody(entry, { ...entry.body, withheld: undefined });
}

/**
 * A tried row of which only a part may be sent, as two: `rest` goes on, `held` waits under a key of its own. Null when nothing of it has to
 * wait. `held` is to be written first: a crash in between repeats this.
 */
export function splitHeld(entry: Entry, withheld: WithheldNow): { readonly held: Entry; readonly rest: Entry } | null {
  const { row, body } = entry;
  if (row.attempts === 0) return null;
  const waits = new Set(body.alerts.filter(ref => ref.status !== 'resolved' && withheld(ref) !== null));
  if (waits.size === 0 || waits.size === body.alerts.length) return null;
  const own = without(entry, ref => !waits.has(ref), 'split');
  const episodes = [...waits].map(ref => ref.episode).sort();
  const heldRow: OutboxRow = {
    ...row,
    id: outboxId(row.channel, row.id, episodes.join(' '), 'held', 0),
    status: 'retrying',
  };
  const held = { row: { ...heldRow, body: encodeBody(own.body) }, body: own.body };
  return { held, rest: without(entry, ref => waits.has(ref), 'split') };
}

/**
 * Rows that change because an alert ended while its first word was held back: neither is told (alerting.md rule 16). Entries oldest first.
 */
export function dropUntold(entries: readonly Entry[], withheld: WithheldNow): readonly Entry[] {
  const unheard = new Set<string>();
  const changed: Entry[] = [];
  const ends = new Set(
    entries.flatMap(({ body }) => body.alerts.filter(ref => ref.status === 'resolved').map(ref => ref.episode)),
  );
  for (const entry of entries) {
    for (const ref of entry.body.alerts) {
      const held = ref.first === true && ref.status !== 'resolved' && entry.row.attempts > 0 && withheld(ref) !== null;
      if (held && ends.has(ref.episode)) unheard.add(ref.episode);
    }
    if (entry.body.alerts.some(ref => unheard.has(ref.episode)))
      changed.push(without(entry, ref => unheard.has(ref.episode), 'silenced'));
  }
  return changed;
}
