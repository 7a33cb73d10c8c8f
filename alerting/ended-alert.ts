/** An alert that is over, put together from what is kept of it: the rule's ticks, the delivery log, intents that are still to be told. */
import type { Clock } from '../model/clock.ts';
import type { Labels } from '../model/labels.ts';
import type { StateStore } from '../store/state-store.ts';
import { type AlertMoment, momentOf } from './ended-text.ts';
import type { Engine } from './engine.ts';
import type { LiveAlert } from './engine-alerts.ts';
import { type AlertTick, episodeTicks } from './episode-ticks.ts';
import { groupKeyOf } from './evaluate/frame.ts';
import { alertLabels, episodeId } from './evaluate/intents.ts';
import { compileRule, type Rule } from './evaluate/rule.ts';
import { SEVERITIES } from './intent.ts';
import type { Delivery } from './notify/deliveries.ts';
import { type EpisodeRecord, episodeRecords } from './notify/episode-records.ts';
import type { RuleService } from './rule-service.ts';

/** Times are tick stamps, epoch ms. `values`, `formula`, `summary` and `annotations` are those of its first tick, or of its end where only that is kept. */
export interface EndedAlert extends Omit<LiveAlert, 'state' | 'flapping' | 'code'> {
  /** `resolved`: it fired, and its end is known. `inactive`: it never fired, or nothing that is kept tells its end. */
  readonly state: 'resolved' | 'inactive';
  readonly ends_at: number | null;
  /** `recovered`, or why it ended without that (edited, disabled, deleted, vanished, job-ended …); null with an unknown end. */
  readonly reason: string | null;
  readonly at_firing: AlertMoment | null;
  readonly at_end: AlertMoment | null;
  /** From an hour before it to an hour after it, thinned where it is long. */
  readonly history: readonly AlertTick[];
  /** Newest first. */
  readonly deliveries: readonly Delivery[];
}

export interface EndedAlertDeps {
  readonly state: Pick<StateStore, 'listOutbox' | 'openIntents'>;
  readonly rules: Pick<RuleService, 'list' | 'compiled' | 'versions'>;
  readonly history: Engine['history'];
  readonly clock: Clock;
  /** How long history is kept, ms. */
  readonly keptMs: number;
}

/** Rules whose history is looked at together. */
const RULES_AT_ONCE = 8;

/** The alert with this id (`episodeId`); null when it is nobody's, or what is kept does not reach back to it. */
export async function endedAlert(deps: EndedAlertDeps, id: string, signal?: AbortSignal): Promise<EndedAlert | null> {
  const since = startOf(id);
  const now = deps.clock.now();
  if (since === null || since > now || since < now - deps.keptMs) return null;
  const { records, deliveries } = await episodeRecords(deps.state, id, since, signal);
  const newest = records.at(-1);
  const found = newest ?? (await groupOf(deps, id, since));
  if (found === null) return null;

  const { ruleId } = found;
  const isMeta = newest?.kind === 'meta';
  const told = toldEnd(records);
  const seen = isMeta
    ? { own: null, ticks: [], activeAt: since, end: told }
    : await episodeTicks(deps.history, { ruleId, labels: found.labels, since }, told, now);
  const rule = isMeta ? null : await ruleAt(deps.rules, ruleId, since);
  const tickAt = (t: number): AlertTick | undefined => seen.ticks.find(tick => tick.t === t);
  const severity = SEVERITIES.find(each => each === newest?.labels['severity']) ?? rule?.document.level ?? 'warning';
  const group = { labels: seen.own ?? {}, severity };
  const fired = newest !== undefined || tickAt(since)?.state === 'firing';
  const { end } = seen;
  const began = momentOf(since, { record: records.find(isBeginning), tick: tickAt(since) }, rule, group);
  const last = records.findLast(record => !isBeginning(record));
  // The rule may have been edited in between: that is a way to end.
  const ruleThen = end && rule && (await ruleAt(deps.rules, ruleId, end.t));
  const ended = end && momentOf(end.t, { record: last, tick: tickAt(end.t) }, ruleThen, group);
  const shown = began ?? ended;
  return {
    id,
    kind: isMeta ? 'meta' : 'rule',
    rule_id: ruleId,
    labels: newest?.labels ?? (rule === null ? found.labels : alertLabels(rule, found.labels, severity)),
    state: fired && end !== null ? 'resolved' : 'inactive',
    starts_at: fired ? since : null,
    active_at: seen.activeAt,
    ends_at: end?.t ?? null,
    reason: end?.reason ?? null,
    values: shown?.values ?? [],
    formula: shown?.formula ?? '',
    summary: shown?.summary ?? '',
    annotations: shown?.annotations ?? [],
    at_firing: fired ? began : null,
    at_end: ended,
    history: seen.ticks,
    deliveries,
  };
}

/** When the alert of an id began, epoch ms; null for what is no id of `episodeId`. */
function startOf(id: string): number | null {
  const stamp = /^[\w-]{16}-([0-9a-z]{1,9})$/.exec(id)?.[1];
  return stamp === undefined ? null : Number.parseInt(stamp, 36);
}

function isBeginning({ status }: EpisodeRecord): boolean {
  return status !== 'resolved';
}

function toldEnd(records: readonly EpisodeRecord[]): { t: number; reason: string } | null {
  const end = records.findLast(record => !isBeginning(record));
  return end === undefined || end.endsAt === null ? null : { t: end.endsAt, reason: end.reason ?? 'recovered' };
}

/** Of an alert that was told to nobody: the rule and the group with a tick at its beginning that give this id. */
async function groupOf(
  deps: EndedAlertDeps,
  id: string,
  since: number,
): Promise<{ readonly ruleId: string; readonly labels: Labels } | null> {
  const rules = deps.rules.list();
  for (let i = 0; i < rules.length; i += RULES_AT_ONCE) {
    const some = rules.slice(i, i + RULES_AT_ONCE);
    const found = await Promise.all(some.map(rule => groupOfRule(deps, rule.id, id, since)));
    const hit = found.find(each => each !== null);
    if (hit) return hit;
  }
  return null;
}

async function groupOfRule({ rules, history }: EndedAlertDeps, ruleId: string, id: string, since: number) {
  const rule = rules.compiled(ruleId);
  if (rule === null) return null;
  const { ticks } = await history(ruleId, since, since);
  const group = ticks[0]?.groups.find(
    ({ labels, state }) => state !== 'inactive' && episodeId(ruleId, groupKeyOf(labels, rule.groupBy), since) === id,
  );
  return group ? { ruleId, labels: group.labels } : null;
}

/** The rule as it was at an instant; null when it is gone. */
async function ruleAt(rules: EndedAlertDeps['rules'], ruleId: string, t: number): Promise<Rule | null> {
  const current = rules.compiled(ruleId);
  if (current === null) return null;
  const versions = await rules.versions(ruleId);
  const then = versions.find(({ at }) => at <= t);
  return then === undefined || then === versions[0] ? current : compileRule(ruleId, then.document);
}
