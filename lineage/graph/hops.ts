/** The graph as the lag side sees it. */
import type { Hop, HopGraph } from '../lag/hop-graph.ts';
import type { LineageGraph } from './build.ts';
import type { DatasetRef } from './dataset.ts';
import type { Fragment, FragmentHop } from './fragment.ts';

/** What hops follow from. */
export type HopEvidence = Pick<LineageGraph, 'fragments' | 'resolve'>;

/**
 * One hop per (consumer, output), with dataset ids as topics. Where several kinds of evidence tell of one consumer only the most exact
 * counts: a job's SQL pairs inputs with outputs, its OpenLineage event and its metrics do not. A job that `hasEnded` no longer holds back
 * an output which another one writes; where it was the only writer it stays, and the output ages.
 */
export function hopGraph(lineage: HopEvidence, hasEnded: (hop: string) => boolean): HopGraph {
  const best = new Map<string, number>();
  for (const { hops, rank } of lineage.fragments)
    for (const { hop } of hops) best.set(hop, Math.min(rank, best.get(hop) ?? rank));
  const hops = new Map<string, Hop>();
  for (const fragment of lineage.fragments) addHops(fragment, best, lineage, hops);
  const all = [...hops.values()];
  const live = new Set(all.filter(({ hop }) => !hasEnded(hop)).map(({ output }) => output));
  return { hops: all.filter(({ hop, output }) => output === null || !hasEnded(hop) || !live.has(output)) };
}

function addHops(
  fragment: Fragment,
  best: ReadonlyMap<string, number>,
  lineage: HopEvidence,
  into: Map<string, Hop>,
): void {
  for (const found of fragment.hops) {
    if (best.get(found.hop) !== fragment.rank) continue;
    const hop = toHop(found, lineage);
    const key = JSON.stringify([hop.hop, hop.output]);
    const before = into.get(key);
    into.set(key, before === undefined ? hop : merge(before, hop));
  }
}

function toHop(found: FragmentHop, lineage: HopEvidence): Hop {
  const ids = (refs: readonly DatasetRef[]): string[] => [...new Set(refs.map(ref => lineage.resolve(ref).id))];
  const inputs = ids(found.inputs);
  const lookups = ids(found.lookups);
  const optionalInputs = ids(found.optionalInputs);
  const { hop, windowMs, allowedOooMs, delivery } = found;
  return {
    hop,
    inputs,
    output: found.output === null ? null : lineage.resolve(found.output).id,
    windowMs,
    allowedOooMs,
    delivery,
    ...(found.visibleOnCheckpoint ? { visibleOnCheckpoint: true } : {}),
    ...(lookups.length > 0 ? { lookups } : {}),
    ...refreshOf(found, lineage),
    ...(optionalInputs.length > 0 ? { optionalInputs } : {}),
    ...groupsOf(found.groups),
  };
}

function refreshOf({ lookups, lookupRefreshMs = [] }: FragmentHop, lineage: HopEvidence): RefreshPart {
  let refresh: RefreshPart = {};
  for (const [i, ref] of lookups.entries()) {
    const ms = lookupRefreshMs[i] ?? null;
    if (ms !== null) refresh = slowest(refresh.lookupRefreshMs, { [lineage.resolve(ref).id]: ms });
  }
  return refresh;
}

type RefreshPart = Pick<Hop, 'lookupRefreshMs'>;

/** A table looked up twice is as old as the slower cache of the two lets it be. */
function slowest(a: Hop['lookupRefreshMs'] = {}, b: Hop['lookupRefreshMs'] = {}): RefreshPart {
  const merged: Record<string, number> = { ...a };
  for (const [dataset, ms] of Object.entries(b)) merged[dataset] = Math.max(ms, merged[dataset] ?? 0);
  return Object.keys(merged).length > 0 ? { lookupRefreshMs: merged } : {};
}

function groupsOf(groups: readonly string[] = []): { readonly groups?: readonly string[] } {
  return groups.length > 0 ? { groups: [...new Set(groups)] } : {};
}

/** Two statements of one job into one output: the later data of the two holds it back. */
function merge(a: Hop, b: Hop): Hop {
  const lookups = [...new Set([...(a.lookups ?? []), ...(b.lookups ?? [])])];
  const optionalInputs = [...new Set([...(a.optionalInputs ?? []), ...(b.optionalInputs ?? [])])];
  return {
    hop: a.hop,
    inputs: [...new Set([...a.inputs, ...b.inputs])],
    output: a.output,
    windowMs: a.windowMs === null && b.windowMs === null ? null : Math.max(a.windowMs ?? 0, b.windowMs ?? 0),
    allowedOooMs: Math.max(a.allowedOooMs, b.allowedOooMs),
    delivery: a.delivery === 'exactly_once' || b.delivery === 'exactly_once' ? 'exactly_once' : 'at_least_once',
    ...(a.visibleOnCheckpoint || b.visibleOnCheckpoint ? { visibleOnCheckpoint: true } : {}),
    ...(lookups.length > 0 ? { lookups } : {}),
    ...slowest(a.lookupRefreshMs, b.lookupRefreshMs),
    ...(optionalInputs.length > 0 ? { optionalInputs } : {}),
    ...groupsOf([...(a.groups ?? []), ...(b.groups ?? [])]),
  };
}
