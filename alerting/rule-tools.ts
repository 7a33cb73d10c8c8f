/** What people look at a rule with: a preview before it is saved, and the explanation of any of its ticks. */
import type { Clock } from '../model/clock.ts';
import { type Labels, labelsKey } from '../model/labels.ts';
import type { MetricStore } from '../store/metric-store.ts';
import type { StateStore } from '../store/state-store.ts';
import type { Engine } from './engine.ts';
import { groupKeyOf, type LogReader, type MetricReader, type RuleReaders } from './evaluate/frame.ts';
import { episodeId } from './evaluate/intents.ts';
import type { RuleHistory } from './evaluate/record.ts';
import { createResolver } from './evaluate/resolve.ts';
import { compileRule, type Rule } from './evaluate/rule.ts';
import { type Delivery, deliveries } from './notify/deliveries.ts';
import { type ExplainedGroup, explainTick, type TickExplanation } from './preview/explain-tick.ts';
import { previewRule, type RulePreview } from './preview/preview.ts';
import type { RuleVersion } from './rule-versions.ts';

/** A group's explanation with what became of the messages about its alert: sent, waiting, or kept back and by what. */
export type DeliveredGroup = ExplainedGroup & { readonly deliveries?: readonly Delivery[] };

export interface RuleToolsDeps {
  readonly state: Pick<StateStore, 'listOutbox'>;
  readonly reader: MetricReader & Partial<Pick<MetricStore, 'points'>>;
  readonly logs?: LogReader | undefined;
  readonly history: Engine['history'];
  /** The rule as it is. Throws `UserError` not-found. */
  readonly compiled: (id: string) => Rule;
  /** What it said before, newest first. */
  readonly versions: (id: string) => Promise<readonly RuleVersion[]>;
  readonly clock: Clock;
  /** Delay of rules that name none, ms. */
  readonly delayMs: number;
}

const HOUR = 3_600_000;
/** How far back an explanation looks for what was told before, and for the tick itself where ticks are rare. */
const LOOKS = [2 * HOUR, 24 * HOUR, 40 * 24 * HOUR];
/** Groups whose messages are looked up, and messages of each. */
const MAX_DELIVERED = 10;
const MAX_DELIVERIES = 20;
/** Groups of a rule up to which a day of its history is read at once. */
const FEW_GROUPS = 200;

export class RuleTools {
  readonly #deps: RuleToolsDeps;

  constructor(deps: RuleToolsDeps) {
    this.#deps = deps;
  }

  /** The document unsaved, on real data. Throws `UserError`: 422 for a document that cannot be read. */
  async preview(document: unknown, signal?: AbortSignal): Promise<RulePreview> {
    const rule = compileRule('preview', document);
    const { clock, delayMs } = this.#deps;
    const options = {
      rule,
      now: clock.now(),
      delayMs,
      readers: this.#readers(),
      resolve: await this.#resolver(signal),
    };
    return previewRule(options, signal);
  }

  /**
   * The newest tick at or before `at`, by the rule as it was then; `labels` choose groups. Throws `UserError` not-found for a rule or tick
   * that is not there.
   */
  async explain(
    id: string,
    at: number,
    labels: Labels | null,
    signal?: AbortSignal,
  ): Promise<
    Omit<TickExplanation, 'groups'> & { readonly version: string; readonly groups: readonly DeliveredGroup[] }
  > {
    const history = await this.#historyUpTo(id, at);
    const { rule, version } = await this.#asOf(id, history.ticks.at(-1)?.t ?? at);
    const { reader, delayMs } = this.#deps;
    const { points } = reader;
    const store = points === undefined ? null : { points: points.bind(reader) };
    const resolve = await this.#resolver(signal);
    const explained = await explainTick(
      { rule, history, delayMs, readers: this.#readers(), store, resolve, labels },
      signal,
    );
    return { version, ...explained, groups: await this.#withDeliveries(rule, history, explained.groups, signal) };
  }

  /** Of the groups with an alert, the first few: what the delivery log says of it. */
  async #withDeliveries(
    rule: Rule,
    history: RuleHistory,
    groups: readonly ExplainedGroup[],
    signal?: AbortSignal,
  ): Promise<readonly DeliveredGroup[]> {
    const told = (group: ExplainedGroup) => {
      const key = labelsKey(group.labels);
      return history.notifications.findLast(record => labelsKey(record.labels) === key)?.starts_at;
    };
    return Promise.all(
      groups.map(async (group, i): Promise<DeliveredGroup> => {
        const startsAt = i < MAX_DELIVERED && (group.why.told || group.state !== 'inactive') ? told(group) : undefined;
        if (startsAt === undefined) return group;
        const alert = episodeId(rule.id, groupKeyOf(group.labels, rule.groupBy), startsAt);
        const { items } = await deliveries(this.#deps.state, { alert, limit: MAX_DELIVERIES }, signal);
        return { ...group, deliveries: items };
      }),
    );
  }

  async #historyUpTo(id: string, at: number): Promise<RuleHistory> {
    const { repeatMs } = this.#deps.compiled(id);
    let found: RuleHistory = { ticks: [], notifications: [] };
    for (const look of LOOKS) {
      found = await this.#deps.history(id, at - Math.max(look, look > 2 * HOUR ? 2 * repeatMs : 0), at);
      const { length = 0 } = found.ticks.at(-1)?.groups ?? [];
      if (found.ticks.length > 0 && (look > 2 * HOUR || length > FEW_GROUPS)) break;
    }
    return found;
  }

  async #asOf(id: string, t: number): Promise<{ rule: Rule; version: string }> {
    const versions = await this.#deps.versions(id);
    const then = versions.find(({ at }) => at <= t) ?? versions.at(-1);
    const current = this.#deps.compiled(id);
    return {
      rule: then === undefined || then === versions[0] ? current : compileRule(id, then.document),
      version: then?.version ?? '',
    };
  }

  #readers(): RuleReaders {
    return { metrics: this.#deps.reader, logs: this.#deps.logs ?? null };
  }

  async #resolver(signal?: AbortSignal) {
    const names = await this.#deps.reader.names(signal);
    return createResolver(names.map(entry => entry.name));
  }
}
