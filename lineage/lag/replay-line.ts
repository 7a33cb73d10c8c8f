import { z } from 'zod';
import type { OffsetRow } from '../../model/offset-row.ts';
import type { Hop, HopGraph } from './hop-graph.ts';

/** One line of a replay file. */
export type ReplayLine =
  | ({ readonly type: 'graph' } & HopGraph)
  | { readonly type: 'query'; readonly ts: number; readonly sink?: string }
  | OffsetRow;

/** Epoch ms, or ISO 8601 as everywhere on input. */
const Ts = z.union([z.number(), z.iso.datetime({ offset: true }).transform(text => Date.parse(text))]);
const Names = z
  .array(z.string())
  .nullish()
  .transform(names => names ?? []);
const Absent = z
  .number()
  .nullish()
  .transform(value => value ?? undefined);
const AbsentText = z
  .string()
  .nullish()
  .transform(value => value ?? undefined);

const HopLine = z
  .object({
    hop: z.string(),
    inputs: Names,
    output: z.string().nullish(),
    window_ms: z.number().nullish(),
    allowed_ooo_ms: z.number().nullish(),
    delivery: z.enum(['at_least_once', 'exactly_once']).nullish(),
    visible_on_checkpoint: z.boolean().nullish(),
    lookups: Names,
    optional_inputs: Names,
  })
  .transform(
    (hop): Hop => ({
      hop: hop.hop,
      inputs: hop.inputs,
      output: hop.output ?? null,
      windowMs: hop.window_ms ?? null,
      allowedOooMs: hop.allowed_ooo_ms ?? 0,
      delivery: hop.delivery ?? 'at_least_once',
      visibleOnCheckpoint: hop.visible_on_checkpoint ?? false,
      lookups: hop.lookups,
      optionalInputs: hop.optional_inputs,
    }),
  );

const Line = z.discriminatedUnion('type', [
  z.object({ type: z.literal('graph'), hops: z.array(HopLine) }),
  z.object({ type: z.literal('query'), ts: Ts, sink: AbsentText }),
  z.object({
    type: z.literal('offsets'),
    ts: Ts,
    hop: AbsentText,
    topic: z.string(),
    partition: Absent,
    end_offset: Absent,
    last_stable_offset: Absent,
    position: Absent,
    committed: Absent,
    start_offset: Absent,
    cluster: AbsentText,
    group: AbsentText,
  }),
  z.object({ type: z.literal('checkpoint'), ts: Ts, hop: z.string(), barrier_ts: Ts }),
  z.object({ type: z.literal('event_lag'), ts: Ts, hop: z.string(), topic: z.string(), ms: z.number() }),
  z.object({ type: z.literal('watermark'), ts: Ts, hop: z.string(), watermark: Ts.nullable(), late_dropped: Absent }),
  z.object({
    type: z.literal('queue_lag'),
    ts: Ts,
    hop: z.string(),
    ms: z.number(),
    estimated: z.boolean().nullish(),
  }),
  z.object({
    type: z.literal('lag'),
    ts: Ts,
    hop: z.string(),
    topic: z.string(),
    partition: Absent,
    lag_records: z.number(),
    cluster: AbsentText,
    group: AbsentText,
  }),
]);

/** Reads one line; what is wrong with it otherwise. Unknown fields are ignored. */
export function readReplayLine(text: string): ReplayLine | { readonly problem: string } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { problem: 'not valid JSON' };
  }
  const parsed = Line.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return { problem: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not a line of a replay file'}` };
  }
  return rowOf(parsed.data);
}

function rowOf(line: z.output<typeof Line>): ReplayLine {
  switch (line.type) {
    case 'graph':
      return line;
    case 'query':
      return { type: 'query', ts: line.ts, ...defined('sink', line.sink) };
    case 'checkpoint':
      return { type: 'checkpoint', ts: line.ts, hop: line.hop, barrierTs: line.barrier_ts };
    case 'event_lag':
      return line;
    case 'watermark':
      return {
        type: 'watermark',
        ts: line.ts,
        hop: line.hop,
        watermark: line.watermark,
        ...defined('lateDropped', line.late_dropped),
      };
    case 'queue_lag':
      return {
        type: 'queue_lag',
        ts: line.ts,
        hop: line.hop,
        ms: line.ms,
        ...defined('estimated', line.estimated ?? undefined),
      };
    case 'lag':
      return {
        type: 'lag',
        ts: line.ts,
        hop: line.hop,
        topic: line.topic,
        lagRecords: line.lag_records,
        ...defined('partition', line.partition),
        ...defined('cluster', line.cluster),
        ...defined('group', line.group),
      };
    case 'offsets':
      return {
        type: 'offsets',
        ts: line.ts,
        hop: line.hop ?? '',
        topic: line.topic,
        partition: line.partition ?? 0,
        ...defined('endOffset', line.end_offset),
        ...defined('lastStableOffset', line.last_stable_offset),
        ...defined('position', line.position),
        ...defined('committed', line.committed),
        ...defined('startOffset', line.start_offset),
        ...defined('cluster', line.cluster),
        ...defined('group', line.group),
      };
  }
}

/** `{name: value}`, or nothing for an absent value. */
function defined<K extends string, V>(name: K, value: V | undefined): { readonly [k in K]?: V } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [k in K]?: V });
}
