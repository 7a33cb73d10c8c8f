import { z } from 'zod';
import type { Json } from '../../../model/json.ts';
import type { HopFacts, OffsetTables } from '../offsets.ts';
import { Curve } from './curve.ts';
import { type HopTopic, keepRecent, type PartitionPositions, type TopicEnds } from './hop-topic.ts';

/** Partitions in one document: a topic of a thousand partitions stays well below any store's document limit. */
const PARTITIONS_PER_DOC = 128;

/** A part of the tables as the state store keeps it (kind `lag_table`). */
export interface TableDoc {
  readonly id: string;
  readonly body: Json;
}

const Samples = z.array(z.tuple([z.number(), z.number()]));
const EndsDoc = z.object({
  kind: z.literal('ends'),
  cluster: z.string(),
  topic: z.string(),
  partitions: z.array(
    z.object({
      p: z.number(),
      curve: z.string(),
      start: z.number().nullable(),
      /** Absent in documents of earlier versions. */
      stable: z.string().nullable().default(null),
    }),
  ),
});
const PositionsDoc = z.object({
  kind: z.literal('positions'),
  hop: z.string(),
  cluster: z.string(),
  topic: z.string(),
  group: z.string(),
  span: z.tuple([z.number(), z.number()]),
  assigned: z.array(z.number()),
  /** Absent in documents of earlier versions. */
  silences: Samples.default([]),
  gaps: Samples.default([]),
  uncommitted: z.boolean().default(false),
  partitions: z.array(
    z.object({
      /** -1: the topic as a whole. */
      p: z.number(),
      raw: z.string(),
      visible: z.string().nullable(),
      lag: z.string().nullable(),
      commits: Samples.nullable(),
      hasPositions: z.boolean(),
      commitsOnly: z.boolean().default(false),
      lost: z.tuple([z.number(), z.number()]).nullable().default(null),
    }),
  ),
});
const FactsDoc = z.object({
  kind: z.literal('facts'),
  hop: z.string(),
  checkpoints: z.string(),
  queue: z.string(),
  estimated: z.boolean(),
  /** Absent in documents of earlier versions. */
  watermarks: z.string().default(''),
  late: z.string().default(''),
});
const AnyDoc = z.discriminatedUnion('kind', [EndsDoc, PositionsDoc, FactsDoc]);

/** Documents of one topic's end offsets. */
export function endsDocs(ends: TopicEnds): readonly TableDoc[] {
  return blocks([...ends.partitions].sort((a, b) => a[0] - b[0])).map(([block, partitions]) => ({
    id: `${endsId(ends)}#${block}`,
    body: {
      kind: 'ends',
      cluster: ends.cluster,
      topic: ends.topic,
      partitions: partitions.map(([p, own]) => ({
        p,
        curve: own.curve.encode(),
        start: own.startOffset,
        stable: own.stable?.encode() ?? null,
      })),
    } satisfies z.input<typeof EndsDoc>,
  }));
}

/** Documents of one consumer's positions. */
export function positionsDocs(consumer: HopTopic): readonly TableDoc[] {
  const all: [number, PartitionPositions][] = [...consumer.partitions].sort((a, b) => a[0] - b[0]);
  if (consumer.whole !== null) all.unshift([-1, consumer.whole]);
  return blocks(all).map(([block, partitions]) => ({
    id: `${positionsId(consumer)}#${block}`,
    body: {
      kind: 'positions',
      hop: consumer.hop,
      cluster: consumer.cluster,
      topic: consumer.topic,
      group: consumer.group,
      span: [consumer.firstSampleTs, consumer.lastSampleTs],
      assigned: [...consumer.assigned],
      silences: consumer.silences.map(([from, to]): [number, number] => [from, to]),
      gaps: consumer.gaps.map(([from, to]): [number, number] => [from, to]),
      uncommitted: consumer.readsUncommitted,
      partitions: partitions.map(([p, own]) => ({
        p,
        raw: own.raw.encode(),
        visible: own.rewound ? own.visible.encode() : null,
        lag: own.lag?.encode() ?? null,
        commits: own.commits?.map(({ ts, offset }): [number, number] => [ts, offset]) ?? null,
        hasPositions: own.hasPositions,
        commitsOnly: own.commitsOnly,
        lost: own.lost > 0 ? ([own.lost, own.lostAt] satisfies [number, number]) : null,
      })),
    } satisfies z.input<typeof PositionsDoc>,
  }));
}

/** The document of a hop's checkpoints, queue and watermarks. */
export function factsDoc(hop: string, facts: HopFacts): TableDoc {
  const body = {
    kind: 'facts',
    hop,
    checkpoints: facts.checkpoints.encode(),
    queue: facts.queue.encode(),
    estimated: facts.queueEstimated,
    watermarks: facts.watermarks.encode(),
    late: facts.lateDropped.encode(),
  } satisfies z.input<typeof FactsDoc>;
  return { id: factsId(hop), body };
}

/** Ids under which a dropped topic, consumer or hop may have documents. */
export function docIdsOf(gone: TopicEnds | HopTopic | string): readonly string[] {
  if (typeof gone === 'string') return [factsId(gone)];
  const prefix = 'hop' in gone ? positionsId(gone) : endsId(gone);
  const highest = Math.max(0, ...gone.partitions.keys());
  return Array.from({ length: Math.floor(highest / PARTITIONS_PER_DOC) + 1 }, (_, block) => `${prefix}#${block}`);
}

/**
 * Puts a stored document back; false when it cannot be read (it is then left out, never guessed). Rows taken in meanwhile are newer
 * and stay.
 */
export function restoreDoc(tables: OffsetTables, body: Json): boolean {
  const parsed = AnyDoc.safeParse(body);
  if (!parsed.success) return false;
  switch (parsed.data.kind) {
    case 'ends':
      restoreEnds(tables, parsed.data);
      return true;
    case 'positions':
      restorePositions(tables, parsed.data);
      return true;
    case 'facts': {
      const { hop, checkpoints, queue, estimated, watermarks, late } = parsed.data;
      const live = tables.factsOf(hop);
      tables.restoreFacts(hop, {
        checkpoints: merged(checkpoints, live?.checkpoints),
        queue: merged(queue, live?.queue),
        queueEstimated: live?.queueEstimated ?? estimated,
        watermarks: merged(watermarks, live?.watermarks),
        lateDropped: merged(late, live?.lateDropped),
        dirty: live !== undefined,
      });
      return true;
    }
  }
}

function restoreEnds(tables: OffsetTables, doc: z.output<typeof EndsDoc>): void {
  const ends = tables.topicEnds(doc.cluster, doc.topic);
  ends.dirty = ends.partitions.size > 0;
  for (const stored of doc.partitions) {
    const own = tables.partitionEnds(ends, stored.p);
    if (own === null) continue;
    own.curve = merged(stored.curve, own.curve);
    own.startOffset ??= stored.start;
    if (stored.stable !== null) own.stable = merged(stored.stable, own.stable);
  }
}

function restorePositions(tables: OffsetTables, doc: z.output<typeof PositionsDoc>): void {
  const consumer = tables.consumer(doc.hop, doc.cluster, doc.topic, doc.group);
  consumer.dirty = consumer.partitions.size > 0 || consumer.whole !== null;
  for (const partition of doc.assigned) consumer.assigned.add(partition);
  if (consumer.silences.length === 0) consumer.silences = doc.silences;
  if (consumer.gaps.length === 0) consumer.gaps = doc.gaps;
  consumer.readsUncommitted ||= doc.uncommitted;
  if (!(consumer.firstSampleTs <= doc.span[0])) consumer.firstSampleTs = doc.span[0];
  consumer.sampled(doc.span[1]);
  for (const stored of doc.partitions) {
    const own = tables.partitionPositions(consumer, stored.p < 0 ? null : stored.p);
    if (own === null) continue;
    const live = { raw: own.raw, lag: own.lag, commits: own.commits };
    own.raw = Curve.decode(stored.raw);
    own.visible = stored.visible === null ? own.raw : Curve.decode(stored.visible);
    for (let i = 0; i < live.raw.length; i++) own.move(live.raw.timeOf(i), live.raw.valueOf(i));
    own.lag = stored.lag === null ? live.lag : merged(stored.lag, live.lag);
    own.commitsOnly = live.raw.length > 0 ? own.commitsOnly : stored.commitsOnly;
    own.hasPositions ||= stored.hasPositions;
    if (stored.lost !== null && own.lost === 0) [own.lost, own.lostAt] = stored.lost;
    own.commits = stored.commits?.map(([ts, offset]) => ({ ts, offset })) ?? live.commits;
    if (stored.commits !== null) for (const commit of live.commits ?? []) keepRecent(own.commits!, commit);
  }
}

/** The stored samples and the live ones, which count at equal times. */
function merged(stored: string, live: Curve | null | undefined): Curve {
  const curve = Curve.decode(stored);
  for (let i = 0; live && i < live.length; i++) curve.put(live.timeOf(i), live.valueOf(i));
  return curve;
}

function factsId(hop: string): string {
  return `facts/${encodeURIComponent(hop)}`;
}

function endsId(ends: { readonly cluster: string; readonly topic: string }): string {
  return `ends/${[ends.cluster, ends.topic].map(encodeURIComponent).join('/')}`;
}

function positionsId(consumer: HopTopic): string {
  const { hop, cluster, topic, group } = consumer;
  return `positions/${[hop, cluster, topic, group].map(encodeURIComponent).join('/')}`;
}

/** Groups partitions by number, so that a new partition does not move the others to another document. */
function blocks<V>(
  partitions: readonly (readonly [number, V])[],
): readonly (readonly [number, (readonly [number, V])[]])[] {
  const byBlock = new Map<number, (readonly [number, V])[]>();
  for (const entry of partitions) {
    const block = Math.floor(Math.max(0, entry[0]) / PARTITIONS_PER_DOC);
    byBlock.set(block, [...(byBlock.get(block) ?? []), entry]);
  }
  return [...byBlock];
}
