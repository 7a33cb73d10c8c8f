/** What a rule would do, before it is saved: its values now, when it would have fired in the past day, and how often it would have told. */
import type { Labels } from '../../model/labels.ts';
import type { Status } from '../evaluate/group-state.ts';
import { alertText, toValue } from '../evaluate/intents.ts';
import { type NotificationRecord, notificationRecords } from '../evaluate/record.ts';
import { type ReplayOptions, replayTicks } from '../evaluate/replay.ts';
import type { Rule } from '../evaluate/rule.ts';
import type { GroupResult, TickOutcome } from '../evaluate/tick.ts';
import type { Annotation, IntentKind } from '../intent.ts';

/** A stretch of time a group would not have been quiet; `to` is the first tick at which it was otherwise, or the last looked at. */
export interface PreviewBand {
  readonly labels: Labels;
  readonly state: Exclude<Status, 'inactive'>;
  readonly from: number;
  readonly to: number;
}

export interface PreviewGroup {
  readonly labels: Labels;
  readonly values: readonly (number | null)[];
  readonly result: boolean | null;
  readonly reason?: string;
  readonly state: Status;
  /** The condition with its numbers, the summary line, the hint columns. */
  readonly formula: string;
  readonly summary: string;
  readonly annotations: readonly Annotation[];
}

/** Times are epoch ms; lists are cut at their bound, and `truncated` says so. */
export interface RulePreview {
  /** The newest tick whose data is complete; null when the schedule has none in the range. */
  readonly t: number | null;
  readonly from: number;
  readonly to: number;
  readonly ticks: number;
  readonly groups: readonly PreviewGroup[];
  readonly groups_total: number;
  readonly bands: readonly PreviewBand[];
  readonly notifications: readonly NotificationRecord[];
  readonly notifications_total: number;
  readonly notifications_by_kind: Readonly<Partial<Record<IntentKind, number>>>;
  readonly truncated: boolean;
  readonly error?: { readonly code: string };
}

const DAY = 86_400_000;
/** Evaluations of single groups a preview may cost: a second or two. */
const MAX_WORK = 2_000_000;
const MAX_TICKS = 86_400;
const MAX_GROUPS = 500;
const MAX_BANDS = 2000;
const MAX_NOTIFICATIONS = 500;

/** Replays the past day up to `now`; less of it where the rule has many groups and ticks. Throws `UserError` as a replay does. */
export async function previewRule(
  options: Omit<ReplayOptions, 'from' | 'to' | 'asOf'> & { readonly now: number },
  signal?: AbortSignal,
): Promise<RulePreview> {
  const { rule, now, ...rest } = options;
  const to = now - (rule.delayMs ?? options.delayMs);
  const from = await affordable(options, to, signal);
  const gathered = new Gathered(rule);
  for await (const outcome of replayTicks({ ...rest, rule, from, to, asOf: 'ideal' }, signal)) gathered.add(outcome);
  return { from, to, ...gathered.answer(), truncated: gathered.truncated || from > to - DAY };
}

/** The start of the longest stretch of the past day that is not too much work, judged by its newest tick. */
async function affordable(
  { rule, ...rest }: Omit<ReplayOptions, 'from' | 'to' | 'asOf'>,
  to: number,
  signal?: AbortSignal,
): Promise<number> {
  const { ticks } = rule.schedule.between(to - DAY, to, MAX_TICKS);
  const newest = ticks.at(-1);
  if (newest === undefined) return to - DAY;
  let groups = 1;
  for await (const outcome of replayTicks({ ...rest, rule, from: newest, to: newest, asOf: 'ideal' }, signal))
    groups = Math.max(1, outcome.groups.length);
  const count = Math.max(1, Math.floor(MAX_WORK / groups));
  return ticks.length <= count ? to - DAY : (ticks[ticks.length - count] ?? newest);
}

class Gathered {
  readonly #rule: Rule;
  readonly #open = new Map<string, { labels: Labels; state: PreviewBand['state']; from: number }>();
  readonly #bands: PreviewBand[] = [];
  readonly #notifications: NotificationRecord[] = [];
  readonly #kinds: Partial<Record<IntentKind, number>> = {};
  #told = 0;
  #ticks = 0;
  #last: TickOutcome | null = null;
  truncated = false;

  constructor(rule: Rule) {
    this.#rule = rule;
  }

  add(outcome: TickOutcome): void {
    this.#ticks++;
    this.#last = outcome;
    if (outcome.error === undefined) this.#follow(outcome);
    for (const record of notificationRecords(outcome)) {
      this.#told++;
      this.#kinds[record.kind] = (this.#kinds[record.kind] ?? 0) + 1;
      if (this.#notifications.length < MAX_NOTIFICATIONS) this.#notifications.push(record);
      else this.truncated = true;
    }
  }

  answer(): Omit<RulePreview, 'from' | 'to' | 'truncated'> {
    const last = this.#last;
    const active = [...this.#open.values()].map(band => ({ ...band, to: last?.t ?? band.from }));
    const groups = last?.groups ?? [];
    this.truncated ||= groups.length > MAX_GROUPS || this.#bands.length + active.length > MAX_BANDS;
    return {
      t: last?.t ?? null,
      ticks: this.#ticks,
      // What fires is what people look for.
      groups: groups
        .toSorted((a, b) => Number(b.status !== 'inactive') - Number(a.status !== 'inactive'))
        .slice(0, MAX_GROUPS)
        .map(group => previewGroup(this.#rule, group)),
      groups_total: groups.length,
      bands: [...this.#bands, ...active].sort((a, b) => a.from - b.from).slice(0, MAX_BANDS),
      notifications: this.#notifications,
      notifications_total: this.#told,
      notifications_by_kind: this.#kinds,
      ...(last?.error === undefined ? {} : { error: { code: last.error } }),
    };
  }

  #follow({ t, groups }: TickOutcome): void {
    const seen = new Set<string>();
    for (const { key, labels, status } of groups) {
      seen.add(key);
      const band = this.#open.get(key);
      if (band?.state === status) continue;
      if (band !== undefined) this.#close(key, t);
      if (status !== 'inactive') this.#open.set(key, { labels, state: status, from: t });
    }
    for (const key of [...this.#open.keys()]) if (!seen.has(key)) this.#close(key, t);
  }

  #close(key: string, to: number): void {
    const band = this.#open.get(key);
    this.#open.delete(key);
    if (band === undefined) return;
    if (this.#bands.length < MAX_BANDS) this.#bands.push({ ...band, to });
    else this.truncated = true;
  }
}

function previewGroup(
  rule: Rule,
  { labels, inputs, scope, result, reason, status, severity }: GroupResult,
): PreviewGroup {
  return {
    labels,
    values: inputs.map(toValue),
    result,
    ...(reason === null ? {} : { reason }),
    state: status,
    ...alertText(rule, labels, severity ?? rule.document.level, scope),
  };
}
