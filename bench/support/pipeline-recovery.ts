import type { PipelineSpec } from '../../test/support/pipeline-spec.ts';

const STALL = { from: 600_000, to: 720_000 };
const PER_SECOND = 60;
const PARTITIONS = 3;
/** Behind by more than this it still recovers, ms. */
const LEVEL_MS = 5_000;

export type Phase = 'steady' | 'stall' | 'recovery';

/** Three hops in a row at a constant rate; the middle one stalls for two minutes and then reads `r` times as fast as records arrive. */
export function recoveringPipeline(r: number): {
  readonly spec: PipelineSpec;
  readonly phaseAt: (t: number, trueAgeMs: number) => Phase;
} {
  const full = PER_SECOND * PARTITIONS * 20;
  const hop = (k: number, capacity: (t: number) => number) => ({
    hop: `hop${k}`,
    inputs: [`topic${k}`],
    output: k === 2 ? null : `topic${k + 1}`,
    capacity,
  });
  const stalling = (t: number): number => {
    if (t >= STALL.from && t < STALL.to) return 0;
    return t < STALL.from ? full : PER_SECOND * PARTITIONS * r;
  };
  return {
    spec: {
      partitions: PARTITIONS,
      sources: [{ topic: 'topic0', rate: () => PER_SECOND }],
      hops: [hop(0, () => full), hop(1, stalling), hop(2, () => full)],
      tickMs: 500,
    },
    phaseAt(t, trueAgeMs) {
      if (t >= STALL.from && t < STALL.to) return 'stall';
      return t >= STALL.to && trueAgeMs > LEVEL_MS ? 'recovery' : 'steady';
    },
  };
}
