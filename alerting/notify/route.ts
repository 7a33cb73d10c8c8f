/**
 * Routing: which notification groups an alert belongs to. A route (路由) that matches decides the receivers and the grouping; else
 * the rule's own receivers are told at once; else the owner of the job; else the daemon's own receivers, so that nothing is lost
 * without a word.
 */
import { z } from 'zod';

import { compileMatchers, type Labels, labelsKey, type Matcher, pickLabels } from '../../model/labels.ts';
import type { Intent } from '../intent.ts';
import type { ImpactSource } from './context.ts';
import { durationField } from './fields.ts';
import { type Directory, resolveReceivers } from './receivers.ts';

const matcherValue = z.union([
  z.string(),
  z.strictObject({ op: z.enum(['=', '!=', '=~', '!~']).default('='), value: z.string() }),
]);

/** A route document of contracts.md section 6; durations are ms after parsing. */
export const RouteDocument = z
  .strictObject({
    matchers: z.record(z.string(), matcherValue).default({}),
    receivers: z.array(z.string().min(1)).min(1),
    group_by: z.array(z.string().min(1)).default([]),
    group_wait: durationField.prefault('30s'),
    group_interval: durationField.prefault('5m'),
    /** Overrides the rule's own repeat interval (告警间隔); absent leaves it to the rule. */
    repeat_interval: durationField.optional(),
    continue: z.boolean().default(false),
  })
  .superRefine((route, context) => {
    for (const [label, matcher] of Object.entries(route.matchers)) {
      try {
        compileMatchers([toMatcher(label, matcher)]);
      } catch (error) {
        context.addIssue({ code: 'custom', path: ['matchers', label], message: (error as Error).message });
      }
    }
  });
export type RouteDocument = z.infer<typeof RouteDocument>;

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
}

/** Compiles a stored route document. */
export function compileRoute(id: string, document: RouteDocument): Route {
  const matches = compileMatchers(
    Object.entries(document.matchers).map(([label, matcher]) => toMatcher(label, matcher)),
  );
  return { id, document, matches: labels => matches(label => labels[label]) };
}

/**
 * The groups an intent goes to, the first matching route first. Empty only when no receiver leads to a channel. `unknown` names
 * the receivers that lead nowhere.
 */
export function routeIntent(
  intent: Intent,
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

  for (const route of routes) {
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
    });
    if (targets.length > 0) break;
  }
  return { targets, unknown };
}

function toMatcher(label: string, value: z.infer<typeof matcherValue>): Matcher {
  return typeof value === 'string' ? { label, op: '=', value } : { label, op: value.op, value: value.value };
}
