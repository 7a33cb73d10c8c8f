/** Why a group was told of at a tick, or why not, as far as the rule decides it: routes, silences and budgets come after. */
import { formatDuration } from '../../model/duration.ts';
import { type Labels, labelsKey } from '../../model/labels.ts';
import type { NotificationRecord, RuleHistory } from '../evaluate/record.ts';
import type { Rule } from '../evaluate/rule.ts';

/**
 * `told`: the rule wanted it told, `kind` says what. Otherwise what held it back: `condition-false`, `unknown` (with `reason`), `pending`,
 * `recovering`, `interval`, `never-repeats`, `max-repeats`, `flapping`, `held` (it fires and is unknown now), `error`.
 */
export interface WhyTold {
  readonly told: boolean;
  readonly code: string;
  readonly text: string;
  readonly kinds?: readonly string[];
  readonly reason?: string;
  /** When it was last told of, or the state began. */
  readonly since?: number;
  /** When it would be told next if nothing changes. */
  readonly until?: number;
}

/** `history` ends with the tick in question; the further back it reaches, the surer is what was told before. */
export function whyTold(rule: Rule, history: RuleHistory, labels: Labels): WhyTold {
  const key = labelsKey(labels);
  const tick = history.ticks.at(-1);
  if (tick === undefined) return { told: false, code: 'no-tick', text: 'the rule was not evaluated' };
  const { t } = tick;
  const about = history.notifications.filter(record => labelsKey(record.labels) === key && !aboutRule(record));
  const now = about.filter(record => record.t === t);
  if (now.length > 0) {
    const kinds = now.map(({ kind }) => kind);
    const reason = now.find(record => record.reason !== undefined)?.reason;
    return {
      told: true,
      code: 'told',
      text: `told: ${kinds.join(', ')}`,
      kinds,
      ...(reason === undefined ? {} : { reason }),
    };
  }
  if (tick.error !== undefined) {
    const { code } = tick.error;
    return { told: false, code: 'error', reason: code, text: `the tick failed (${code}): states are held` };
  }
  const runs = statesOf(history, key);
  const group = runs.at(-1)?.t === t ? runs.at(-1)?.group : undefined;
  if (group === undefined) return { told: false, code: 'no-group', text: 'the group was not there at this tick' };
  const last = about.findLast(({ kind }) => kind !== 'stale');
  if (last?.kind === 'flapping') {
    const text = `it changes too often and is quiet since ${at(last.t)}`;
    return { told: false, code: 'flapping', since: last.t, text };
  }
  const since = sinceOf(runs);
  const { reason } = group;
  const why = reason === undefined ? {} : { reason };
  switch (group.state) {
    case 'inactive':
      return group.result === null
        ? {
            told: false,
            code: 'unknown',
            ...why,
            text: `the condition is unknown (${reason ?? 'no value'}), which starts nothing`,
          }
        : { told: false, code: 'condition-false', ...why, text: 'the condition is false' };
    case 'pending':
      return {
        told: false,
        code: 'pending',
        since,
        until: since + rule.forMs,
        text: `true since ${at(since)}, told once it has been for ${formatDuration(rule.forMs)}`,
      };
    case 'recovering':
      return {
        told: false,
        code: 'recovering',
        since,
        ...(rule.keepFiringMs > 0 ? { until: since + rule.keepFiringMs } : {}),
        text: 'the condition is false again but the alert has not ended: nothing is repeated meanwhile',
      };
    case 'firing':
      return whyNotRepeated(rule, about, group.result === null ? (reason ?? 'unknown') : null, t, since);
  }
}

function whyNotRepeated(
  rule: Rule,
  about: readonly NotificationRecord[],
  held: string | null,
  t: number,
  since: number,
): WhyTold {
  const begun = about.findLastIndex(({ kind }) => kind === 'firing' || kind === 'resolved');
  const episode = about.slice(Math.max(0, begun));
  const last = episode.findLast(({ kind }) => kind !== 'stale');
  const before = last === undefined ? 'told before' : `last told at ${at(last.t)}`;
  const told = { ...(last === undefined ? { since } : { since: last.t }) };
  if (held !== null)
    return {
      told: false,
      code: 'held',
      reason: held,
      ...told,
      text: `${before}; unknown now (${held}), which holds it`,
    };
  if (rule.repeatMs === 0)
    return { told: false, code: 'never-repeats', ...told, text: `${before}; the rule never repeats` };
  const repeats = episode.filter(({ kind }) => kind === 'repeat').length;
  if (rule.document.max_repeats !== undefined && repeats >= rule.document.max_repeats)
    return {
      told: false,
      code: 'max-repeats',
      ...told,
      text: `${before}; repeated ${repeats} times, which is the most`,
    };
  const until = (last?.t ?? since) + rule.repeatMs;
  const next = rule.schedule.next(Math.max(until - 1, t)) ?? until;
  return { told: false, code: 'interval', ...told, until: next, text: `${before}; the next is due at ${at(next)}` };
}

type GroupAt = { readonly t: number; readonly group: RuleHistory['ticks'][number]['groups'][number] };

function statesOf(history: RuleHistory, key: string): readonly GroupAt[] {
  return history.ticks.flatMap(({ t, groups }) => {
    const group = groups.find(({ labels }) => labelsKey(labels) === key);
    return group === undefined ? [] : [{ t, group }];
  });
}

/** The first tick of the newest run of equal states. */
function sinceOf(runs: readonly GroupAt[]): number {
  let since = runs.at(-1)?.t ?? 0;
  const state = runs.at(-1)?.group.state;
  for (const { t, group } of runs.toReversed()) {
    if (group.state !== state) break;
    since = t;
  }
  return since;
}

function aboutRule({ kind }: NotificationRecord): boolean {
  return kind === 'nodata' || kind === 'nodata_resolved' || kind === 'meta';
}

function at(t: number): string {
  return new Date(t).toISOString();
}
