/**
 * A rule's tick history as it is stored: columns instead of objects, and the list of groups written only when it changes or
 * every 64 ticks, because a rule of a hundred groups is evaluated thousands of times a day.
 */
import type { Json } from '../model/json.ts';
import type { Labels } from '../model/labels.ts';
import type { Status } from './evaluate/group-state.ts';
import { toValue } from './evaluate/intents.ts';
import type { CorrectedGroup, GroupRecord, NotificationRecord, TickRecord } from './evaluate/record.ts';
import { notificationRecords } from './evaluate/record.ts';
import type { GroupResult, TickOutcome } from './evaluate/tick.ts';

/** One stored tick; JSON. Either `labels` or `ref`, the tick that has them. */
export type StoredTick = {
  readonly labels?: readonly Labels[];
  readonly ref?: number;
  /** Values of all groups one after the other. */
  readonly v: readonly (number | null)[];
  /** Result, reason and state of each group as a letter, one letter when all are the same; `w` is left out when no group has a reason. */
  readonly r: string;
  readonly w?: string;
  readonly s: string;
  readonly e?: string;
  readonly n?: readonly Json[];
  /** Groups late data has changed, and when that was found. */
  readonly c?: readonly CorrectedGroup[];
  readonly ca?: number;
};

const TICKS_PER_KEYFRAME = 64;
const REASONS = {
  c: 'missing-current',
  b: 'missing-baseline',
  z: 'zero-baseline',
  n: 'not-applicable',
  s: 'store-behind',
  j: 'job-ended',
} as const;
const NO_REASON = '.';
const REASON_LETTERS = new Map<string, string>(Object.entries(REASONS).map(([letter, reason]) => [reason, letter]));
const STATES: Readonly<Record<string, Status>> = { i: 'inactive', p: 'pending', f: 'firing', r: 'recovering' };

/** Writes the history of one rule; remembers which tick last carried the list of groups. */
export class HistoryWriter {
  #keys: readonly string[] = [];
  #keyframe = 0;
  #since = TICKS_PER_KEYFRAME;

  encode(outcome: TickOutcome): StoredTick {
    const { groups } = outcome;
    const same =
      this.#since < TICKS_PER_KEYFRAME &&
      groups.length === this.#keys.length &&
      groups.every((g, i) => g.key === this.#keys[i]);
    if (same) {
      this.#since++;
    } else {
      this.#keys = groups.map(group => group.key);
      this.#keyframe = outcome.t;
      this.#since = 1;
    }
    const v = new Array<number | null>(groups.length * (groups[0]?.inputs.length ?? 0));
    let at = 0;
    for (const { inputs } of groups) for (const input of inputs) v[at++] = toValue(input);
    const w = letters(groups, reasonLetter);
    const notifications = notificationRecords(outcome);
    return {
      ...(same ? { ref: this.#keyframe } : { labels: groups.map(group => group.labels) }),
      v,
      r: letters(groups, resultLetter),
      ...(w === NO_REASON || w === '' ? {} : { w }),
      s: letters(groups, statusLetter),
      ...(outcome.error === undefined ? {} : { e: outcome.error }),
      ...(notifications.length === 0 ? {} : { n: notifications }),
    };
  }

  /** Forgets the list of groups: the next tick carries it again (after a commit that may not have happened). */
  restart(): void {
    this.#since = TICKS_PER_KEYFRAME;
  }
}

/** Reads one stored tick; null when the tick that has its groups is gone. */
export function decodeTick(
  t: number,
  stored: StoredTick,
  labelsAt: (t: number) => readonly Labels[] | undefined,
): TickRecord | null {
  const labels = stored.labels ?? labelsAt(stored.ref ?? t);
  if (labels === undefined) return null;
  const width = labels.length === 0 ? 0 : stored.v.length / labels.length;
  const groups = labels.map((groupLabels, i): GroupRecord => {
    const letter = letterAt(stored.r, i);
    const result = letter === '?' ? null : letter === '1';
    const reason = REASONS[letterAt(stored.w ?? '.', i) as keyof typeof REASONS] as string | undefined;
    const state = STATES[letterAt(stored.s, i) ?? 'i'] ?? 'inactive';
    return {
      labels: groupLabels,
      values: stored.v.slice(i * width, (i + 1) * width),
      result,
      ...(reason === undefined ? {} : { reason }),
      state,
    };
  });
  const { e, c, ca = t } = stored;
  return {
    t,
    ...(e === undefined ? {} : { error: { code: e } }),
    groups,
    ...(c === undefined ? {} : { corrected: { at: ca, groups: c } }),
  };
}

/** The notifications of a stored tick. */
export function decodeNotifications(stored: StoredTick): readonly NotificationRecord[] {
  return (stored.n ?? []) as readonly NotificationRecord[];
}

function resultLetter({ result }: GroupResult): string {
  if (result === null) return '?';
  return result ? '1' : '0';
}

function statusLetter({ status }: GroupResult): string {
  return status.charAt(0);
}

function reasonLetter({ reason }: GroupResult): string {
  return reason === null ? NO_REASON : (REASON_LETTERS.get(reason) ?? NO_REASON);
}

/** A letter of each group, one for all when they are alike, as most ticks find them. */
function letters(groups: readonly GroupResult[], letter: (group: GroupResult) => string): string {
  const [group] = groups;
  if (group === undefined) return '';
  const first = letter(group);
  return groups.every(other => letter(other) === first) ? first : groups.map(letter).join('');
}

function letterAt(letters: string, i: number): string | undefined {
  return letters.length === 1 ? letters : letters[i];
}
