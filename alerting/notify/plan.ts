/** Planning a dispatch round: which open intents go to which notification groups. Pure. */
import type { Intent } from '../intent.ts';
import { isEnd } from './compose.ts';
import type { ImpactSource } from './context.ts';
import type { GroupState } from './group.ts';
import type { Directory } from './receivers.ts';
import { type Route, routeIntent, type Target } from './route.ts';

/** A group's share of a round. `target` is null when the group is no longer routed to: it only tells ends. */
export interface Plan {
  readonly target: Target | null;
  readonly batch: readonly Intent[];
}

export interface Round {
  readonly plans: ReadonlyMap<string, Plan>;
  /** Intent id -> groups that still have to tell it; consumed by the last of them. */
  readonly waiting: ReadonlyMap<string, Set<string>>;
  /** Problems no receiver leads anywhere for. */
  readonly nowhere: readonly string[];
  /** Ends nobody is waiting for: their beginning was told to no one. */
  readonly untold: readonly string[];
  /** Receiver names met that lead to no channel. */
  readonly unknown: readonly string[];
}

/**
 * Sorts intents (oldest first) into groups. A problem goes where the routes say; its end goes to the groups that told the
 * beginning or are about to, wherever the routes point by then. Groups that repeat on their own are planned without news.
 */
export function planRound(
  intents: readonly Intent[],
  groups: ReadonlyMap<string, { readonly state: GroupState }>,
  routes: readonly Route[],
  directory: Directory,
  impact: ImpactSource,
): Round {
  const plans = new Map<string, { target: Target | null; readonly batch: Intent[] }>();
  const waiting = new Map<string, Set<string>>();
  const groupsOfEpisode = new Map<string, Set<string>>();
  const nowhere: string[] = [];
  const untold: string[] = [];
  const unknownNames = new Set<string>();

  const endsCome = intents.some(isEnd);
  for (const [groupKey, { state }] of groups) {
    if (endsCome) for (const episode of Object.keys(state.told)) addTo(groupsOfEpisode, episode, groupKey);
    for (const { intent } of Object.values(state.told)) {
      if (!intent) continue;
      if (plans.has(groupKey)) break;
      const target = routeIntent(intent, routes, directory, impact).targets.find(t => t.groupKey === groupKey);
      if (target) plans.set(groupKey, { target, batch: [] });
    }
  }

  for (const intent of intents) {
    const { targets, unknown } = routeIntent(intent, routes, directory, impact);
    for (const name of unknown) unknownNames.add(name);
    const routed = new Map(targets.map(target => [target.groupKey, target]));
    const ends = isEnd(intent);
    const keys = ends ? [...(groupsOfEpisode.get(intent.episode) ?? [])] : [...routed.keys()];
    if (keys.length === 0) (ends ? untold : nowhere).push(intent.id);
    const pending = new Set(keys.filter(key => !groups.get(key)?.state.shared.includes(intent.id)));
    for (const groupKey of pending) {
      const plan = plans.get(groupKey) ?? { target: null, batch: [] };
      plan.target ??= routed.get(groupKey) ?? null;
      plan.batch.push(intent);
      plans.set(groupKey, plan);
      if (!ends) addTo(groupsOfEpisode, intent.episode, groupKey);
    }
    if (keys.length > 0) waiting.set(intent.id, pending);
  }
  return { plans, waiting, nowhere, untold, unknown: [...unknownNames] };
}

function addTo(map: Map<string, Set<string>>, key: string, value: string): void {
  const set = map.get(key) ?? new Set<string>();
  set.add(value);
  map.set(key, set);
}
