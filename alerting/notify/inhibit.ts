/**
 * Inhibition (抑制): while a cause fires, its consequences are not told on their own but listed under it. By labels, as Alertmanager does it,
 * or by lineage: what lies upstream on the graph speaks for what lies downstream. Pure, over the alerts that fire at the moment.
 */
import { z } from 'zod';
import type { Labels } from '../../model/labels.ts';
import { Matchers } from '../evaluate/document.ts';
import type { PathSource } from './context.ts';
import { compileDocumentMatchers, matchesAnything, readerOf } from './matching.ts';

/** By labels: both matchers, and labels that must be `equal` (both missing is equal). `upstream`: by lineage; matchers narrow it down. */
export const InhibitionDocument = z
  .strictObject({
    name: z.string().min(1).max(100).optional(),
    source_matchers: Matchers.default({}),
    target_matchers: Matchers.default({}),
    equal: z.array(z.string().min(1)).max(32).default([]),
    upstream: z.boolean().default(false),
    comment: z.string().max(2000).optional(),
  })
  .superRefine((document, context) => {
    if (document.upstream) return;
    for (const field of ['source_matchers', 'target_matchers'] as const) {
      if (matchesAnything(document[field]))
        context.addIssue({
          code: 'custom',
          path: [field],
          message: 'name at least one label, or set "upstream": true',
        });
    }
  });
export type InhibitionDocument = z.output<typeof InhibitionDocument>;

/** An inhibition ready for use. */
export interface Inhibition {
  readonly id: string;
  readonly document: InhibitionDocument;
  isSource(labels: Labels): boolean;
  isTarget(labels: Labels): boolean;
}

/** An alert that fires: `id` is its episode, `startsAt` the tick it began. */
export interface FiringAlert {
  readonly id: string;
  readonly labels: Labels;
  readonly startsAt: number;
}

/** What keeps an alert from being told. */
export interface Inhibited {
  readonly inhibition: string;
  readonly source: FiringAlert;
}

export function compileInhibition(id: string, document: InhibitionDocument): Inhibition {
  const [source, target] = [document.source_matchers, document.target_matchers].map(compileDocumentMatchers);
  return {
    id,
    document,
    isSource: labels => source?.(readerOf(labels)) ?? false,
    isTarget: labels => target?.(readerOf(labels)) ?? false,
  };
}

/** Answers for one instant: made anew for each round, from all alerts that fire then. */
export class Inhibitor {
  readonly #firing: readonly FiringAlert[];
  readonly #finders: readonly { readonly id: string; find(target: FiringAlert, at: number): FiringAlert | null }[];
  #consequences: Map<string, FiringAlert[]> | null = null;

  constructor(inhibitions: readonly Inhibition[], firing: readonly FiringAlert[], paths: PathSource) {
    // The oldest first: it is what can inhibit the most ticks.
    this.#firing = firing.toSorted((a, b) => a.startsAt - b.startsAt || (a.id < b.id ? -1 : 1));
    this.#finders = inhibitions.map(inhibition => ({
      id: inhibition.id,
      find: inhibition.document.upstream
        ? upstreamFinder(inhibition, this.#firing, paths)
        : labelFinder(inhibition, this.#firing),
    }));
  }

  /** What inhibits an alert at a tick; null when nothing does. A source must fire already at that tick. */
  by(target: FiringAlert, at: number): Inhibited | null {
    for (const { id, find } of this.#finders) {
      const source = find(target, at);
      if (source !== null) return { inhibition: id, source };
    }
    return null;
  }

  /** Alerts firing now that an alert keeps quiet, the oldest first. */
  consequencesOf(sourceId: string): readonly FiringAlert[] {
    if (this.#consequences === null) {
      this.#consequences = new Map();
      for (const alert of this.#finders.length === 0 ? [] : this.#firing) {
        const found = this.by(alert, Number.POSITIVE_INFINITY);
        if (found === null) continue;
        const list = this.#consequences.get(found.source.id) ?? [];
        list.push(alert);
        this.#consequences.set(found.source.id, list);
      }
    }
    return this.#consequences.get(sourceId) ?? [];
  }
}

type Find = (target: FiringAlert, at: number) => FiringAlert | null;

/**
 * By labels. An alert that is both source and target is inhibited only by one that is not both, as in Alertmanager: two such alerts would
 * silence each other.
 */
function labelFinder(inhibition: Inhibition, firing: readonly FiringAlert[]): Find {
  const { equal } = inhibition.document;
  const keyOf = (labels: Labels): string => JSON.stringify(equal.map(label => labels[label] ?? ''));
  const oldest = { only: new Map<string, FiringAlert>(), both: new Map<string, FiringAlert>() };
  for (const alert of firing) {
    if (!inhibition.isSource(alert.labels)) continue;
    const map = inhibition.isTarget(alert.labels) ? oldest.both : oldest.only;
    const key = keyOf(alert.labels);
    if (!map.has(key)) map.set(key, alert);
  }
  return (target, at) => {
    if (!inhibition.isTarget(target.labels)) return null;
    const key = keyOf(target.labels);
    const sources = [oldest.only.get(key), inhibition.isSource(target.labels) ? undefined : oldest.both.get(key)];
    return sources.find(source => source !== undefined && source.startsAt <= at && source.id !== target.id) ?? null;
  };
}

/** By lineage. In a cycle of the graph the older alert is the cause, so that one of them always speaks. */
function upstreamFinder(inhibition: Inhibition, firing: readonly FiringAlert[], paths: PathSource): Find {
  const oldest = new Map<string, FiringAlert>();
  for (const alert of firing) {
    const node = inhibition.isSource(alert.labels) ? paths.nodeOf(alert.labels) : null;
    if (node !== null && !oldest.has(node)) oldest.set(node, alert);
  }
  return (target, at) => {
    const node = oldest.size > 0 && inhibition.isTarget(target.labels) ? paths.nodeOf(target.labels) : null;
    if (node === null) return null;
    const above = paths.upstreamOf(node);
    const causes = [...oldest].filter(
      ([cause, source]) =>
        above.has(cause) &&
        cause !== node &&
        source.startsAt <= at &&
        source.id !== target.id &&
        (!paths.upstreamOf(cause).has(node) || isOlder(source, target)),
    );
    // The cause of causes: the one none of the others lies above.
    const root = causes.find(
      ([cause]) => !causes.some(([other]) => other !== cause && paths.upstreamOf(cause).has(other)),
    );
    return (root ?? causes[0])?.[1] ?? null;
  };
}

function isOlder(a: FiringAlert, b: FiringAlert): boolean {
  return a.startsAt < b.startsAt || (a.startsAt === b.startsAt && a.id < b.id);
}
