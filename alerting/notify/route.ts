/**
 * Routing: which notification groups an alert belongs to. A route (路由) that matches decides the receivers and the grouping; else
 * the rule's own receivers are told at once; else the owner of the job; else the daemon's own receivers, so that nothing is lost
 * without a word.
 */
import { z } from 'zod';
import { type Labels, labelsKey, pickLabels } from '../../model/labels.ts';
import { Matchers } from '../evaluate/document.ts';
import type { Intent } from '../intent.ts';
import type { ImpactSource } from './context.ts';
import { durationField } from './fields.ts';
import { compileDocumentMatchers, readerOf } from './matching.ts';
import { type Directory, resolveReceivers } from './receivers.ts';

const receivers = z.array(z.string().min(1)).min(1).max(100);

/** A route document of contracts.md section 6; durations are ms after parsing. */
export const RouteDocument = z.strictObject({
  name: z.string().max(100).optional(),
  matchers: Matchers.default({}),
  receivers,
  group_by: z.array(z.string().min(1)).max(32).default([]),
  group_wait: durationField.prefault('30s'),
  group_interval: durationField.prefault('5m'),
  /** Overrides the rule's own repeat interval (告警间隔); absent leaves it to the rule. */
  repeat_interval: durationField.optional(),
  /** Who else is told of an alert that nobody has acknowledged, and how long after its first word. */
  escalation: z
    .array(z.strictObject({ after: durationField, receivers }))
    .max(20)
    .default([])
    .refine(levels => levels.every(({ after }, i) => i === 0 || after > (levels[i - 1]?.after ?? 0)), {
      error: 'each level must come later than the one before',
    }),
  /** How long an acknowledgement holds. */
  ack_ttl: durationField.optional(),
  continue: z.boolean().default(false),
  /** Routes are tried in rising order; of equal ones the configuration's come first, then the oldest. */
  order: z.number().default(0),
});
export type RouteDocument = z.output<typeof RouteDocument>;

/** A route ready for use; `id` keeps its groups apart from those of other routes. */
export interface Route {
  readonly id: string;
  readonly document: RouteDocument;
  matches(labels: Labels): boolean;
}

/** One notification group an alert goes to. */
export interface Target {
  /** Unique over all groups, stable over restarts. */
  readonly groupKey: string;
  readonly groupLabels: Labels;
  /** Receiver names as written, for the message. */
  readonly receiver: string;
  readonly channels: readonly string[];
  /** Null: told at once, by the rule's own repeat interval. */
  readonly timing: { readonly waitMs: number; readonly intervalMs: number; readonly repeatMs: number | null } | null;
  /** Levels in rising order; channels may be none where nobody is on call. */
  readonly escalation: readonly { readonly afterMs: number; readonly channels: readonly string[] }[];
}

/** Compiles a stored route document. */
export function compileRoute(id: string, document: RouteDocument): Route {
  const matches = compileDocumentMatchers(document.matchers);
  return { id, document, matches: labels => matches(readerOf(labels)) };
}

/** Routes in the order in which they are tried. */
export function inOrder(routes: readonly Route[]): readonly Route[] {
  return routes.toSorted((a, b) => a.document.order - b.document.order);
}

/** How long an acknowledgement of an alert holds, by the first route that says so; null when none does. */
export function ackTtlOf(labels: Labels, routes: readonly Route[]): number | null {
  for (const { document, matches } of routes) {
    if (!matches(labels)) continue;
    if (document.ack_ttl !== undefined) return document.ack_ttl;
    if (!document.continue) return null;
  }
  return null;
}

/**
 * The groups an intent goes to, the first matching route first. Empty only when no receiver leads to a channel. `unknown` names
 * the receivers that lead nowhere.
 */
export function routeIntent(
  intent: Pick<Intent, 'kind' | 'labels' | 'receivers' | 'ruleId' | 'ruleName'>,
  routes: readonly Route[],
  directory: Directory,
  impact: ImpactSource,
): { readonly targets: readonly Target[]; readonly unknown: readonly string[] } {
  const unknown: string[] = [];
  const targets: Target[] = [];
  const add = (receivers: readonly string[], group: Omit<Target, 'channels' | 'receiver'>): void => {
    const found = resolveReceivers(receivers, directory);
    unknown.push(...found.unknown);
    if (found.channels.length > 0) targets.push({ ...group, receiver: receivers.join(', '), channels: found.channels });
  };

  // What the daemon says about itself goes to those who look after it, whatever routes there are for alerts.
  const isMeta = intent.kind === 'meta' && directory.metaReceivers.length > 0;
  for (const route of isMeta ? [] : routes) {
    if (!route.matches(intent.labels)) continue;
    const { document } = route;
    const groupLabels = pickLabels(intent.labels, document.group_by);
    add(document.receivers, {
      groupKey: `route:${route.id}:${labelsKey(groupLabels)}`,
      groupLabels,
      timing: {
        waitMs: document.group_wait,
        intervalMs: document.group_interval,
        repeatMs: document.repeat_interval ?? null,
      },
      escalation: document.escalation.map(level => {
        const found = resolveReceivers(level.receivers, directory);
        unknown.push(...found.unknown);
        return { afterMs: level.after, channels: found.channels };
      }),
    });
    if (!document.continue) break;
  }
  if (targets.length > 0) return { targets, unknown };

  const fallbacks = [
    intent.receivers,
    directory.owners.get(impact.ownerOf(intent.labels)) ?? [],
    directory.metaReceivers,
  ];
  for (const receivers of fallbacks) {
    // One group per rule: what one tick of a rule finds is one message.
    add(receivers, {
      groupKey: `rule:${intent.ruleId}`,
      groupLabels: { alertname: intent.ruleName },
      timing: null,
      escalation: [],
    });
    if (targets.length > 0) break;
  }
  return { targets, unknown };
}
