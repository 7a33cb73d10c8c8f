/** Random pipelines from a seed: chains, joins and diamonds under a tide, with whatever may befall them. */
import { type PipelineSpec, randomOf, type SimulatedHop } from './pipeline-spec.ts';

/** What may befall a pipeline. */
export interface Trouble {
  readonly stalls?: boolean;
  readonly bursts?: boolean;
  readonly joins?: boolean;
  readonly windows?: boolean;
  /** Windows close by a watermark that stands still while a partition is idle. */
  readonly idleWatermarks?: boolean;
  readonly crashes?: boolean;
  /** Every hop makes checkpoints. */
  readonly checkpoints?: boolean;
  readonly rewinds?: boolean;
  /** Hops that write exactly once, and sinks that show only what a checkpoint has taken in. */
  readonly transactions?: boolean;
  readonly retention?: boolean;
  /** Nothing comes in for a while, twice. */
  readonly quiet?: boolean;
  /** A record every minute or so. */
  readonly sparse?: boolean;
  /** A hop begins late and reads one partition after the other. */
  readonly lateStart?: boolean;
  /** Brokers have commits only some time after the checkpoint is complete; what is written exactly once goes to a topic people read. */
  readonly slowCommits?: boolean;
}

const PARTITIONS = 3;

const itself = (spec: SimulatedHop): SimulatedHop => spec;

/** Two to four hops in a row; with `joins` a side branch into one of them. Trouble falls into the first `hours`. */
export function randomPipeline(seed: number, trouble: Trouble, hours = 1): PipelineSpec {
  const random = randomOf(seed);
  const chance = (p: number): boolean => random() < p;
  const span = hours * 3_600_000;
  const length = 2 + Math.floor(random() * 3);
  const rate = (20 + random() * 60) * (trouble.sparse ? 0.0005 : 1);
  const uneven = Array.from({ length: PARTITIONS }, () => 0.3 + random() * 1.4);
  const [burstAt, burstMs, burstX] = [random() * span, 120_000 + random() * 300_000, 1.5 + random() * 4];
  const burst = (t: number): number => (trouble.bursts && t >= burstAt && t < burstAt + burstMs ? burstX : 1);
  const silences = [0.3, 0.7].map(at => ({ from: at * span, to: (at + 0.05 + random() * 0.1) * span }));
  const isQuiet = (t: number): boolean =>
    trouble.quiet === true && silences.some(({ from, to }) => t >= from && t < to);
  const flow = (share: number, phase: number) => (t: number, p: number) =>
    (isQuiet(t) ? 0 : rate) * share * uneven[p % PARTITIONS]! * (1 + 0.4 * Math.sin(t / 300_000 + phase)) * burst(t);

  const hops: SimulatedHop[] = [];
  const branchInto = trouble.joins ? Math.floor(random() * length) : -1;
  if (branchInto >= 0) hops.push({ ...randomHop('branch', ['side'], 'joined'), ...{} });
  for (let k = 0; k < length; k++) {
    const inputs = k === branchInto ? [`topic${k}`, 'joined'] : [`topic${k}`];
    hops.push(randomHop(`hop${k}`, inputs, k === length - 1 ? null : `topic${k + 1}`));
  }
  return {
    partitions: PARTITIONS,
    sources: [
      { topic: 'topic0', rate: flow(1, 0) },
      ...(branchInto >= 0 ? [{ topic: 'side', rate: flow(0.3 + random() * 0.5, 2) }] : []),
    ],
    hops: hops.map(trouble.slowCommits ? committingSlowly : itself).map(trouble.lateStart ? beginningLate : itself),
    ...(trouble.retention && { retentionMs: { topic0: 240_000 + random() * 240_000 } }),
    tickMs: 500,
  };

  function committingSlowly(spec: SimulatedHop): SimulatedHop {
    if (spec.delivery !== 'exactly_once' || spec.checkpoint === undefined) return spec;
    const commitMs = (n: number): number => 4_000 * randomOf(seed * 37 + n)() ** 2;
    return { ...spec, output: spec.output ?? 'shown', checkpoint: { ...spec.checkpoint, commitMs } };
  }

  function beginningLate(spec: SimulatedHop, k: number): SimulatedHop {
    const own = randomOf(seed * 41);
    if (k !== Math.floor(own() * hops.length)) return spec;
    return { ...spec, startsAt: (0.15 + own() * 0.4) * span, oneByOne: true };
  }

  function randomHop(hop: string, inputs: readonly string[], output: string | null): SimulatedHop {
    const stalls = Array.from({ length: trouble.stalls ? Math.max(1, Math.round(2 * hours)) : 0 }, () => {
      const from = (0.15 + random() * 0.6) * span;
      return { from, to: from + 60_000 + random() * 540_000 * Math.min(1, hours) };
    });
    const full = Math.max(5, rate * PARTITIONS) * (1.9 + random() * 3) * (trouble.bursts ? 1.5 : 1);
    const waits = trouble.transactions === true && chance(0.6);
    const [intervalMs, lasts] = [20_000 + Math.floor(random() * 5) * 20_000, 500 + random() * 12_000];
    const failing = random() * 0.2;
    const checkpointed = waits || trouble.crashes === true || trouble.checkpoints === true;
    return {
      hop,
      inputs,
      output,
      capacity: t => (stalls.some(({ from, to }) => t >= from && t < to) ? 0 : full),
      ...(trouble.windows &&
        output === null && { windowMs: 60_000 * (1 + Math.floor(random() * 5)), allowedOooMs: 5_000 }),
      ...(trouble.idleWatermarks && output === null && { watermarkOfRecords: true }),
      ...(waits &&
        (output === null && chance(0.3) ? { visibleOnCheckpoint: true } : { delivery: 'exactly_once' as const })),
      ...(checkpointed && {
        checkpoint: { intervalMs, durationMs: (n: number) => (randomOf(seed * 31 + n)() < failing ? null : lasts) },
      }),
      ...(trouble.crashes &&
        chance(0.5) && { crashes: [{ at: (0.2 + random() * 0.6) * span, downMs: 20_000 + random() * 120_000 }] }),
      ...(trouble.rewinds &&
        !waits &&
        chance(0.5) && {
          rewinds: [{ at: (0.2 + random() * 0.6) * span, records: Math.floor(rate * (10 + random() * 200)) }],
        }),
    };
  }
}
