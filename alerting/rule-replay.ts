/** Replays of rules that need not be saved: over the stores, or over samples a request brings. */
import type { MetricGroup } from '../model/sample.ts';
import { MemoryMetricStore } from '../store/memory-metrics.ts';
import type { MetricReader } from './evaluate/frame.ts';
import type { RuleHistory } from './evaluate/record.ts';
import { replayRule } from './evaluate/replay.ts';
import { createResolver } from './evaluate/resolve.ts';
import type { Rule } from './evaluate/rule.ts';

export interface ReplayRequest {
  /** A whole document, or the id of a saved rule. */
  readonly rule: { readonly document: unknown } | { readonly id: string };
  readonly from: number;
  readonly to: number;
  readonly asOf: 'ideal' | 'arrival';
  /** With samples, only these are used. */
  readonly samples?: readonly MetricGroup[];
}

/** What `rule` would have done (`POST /rules/replay`). Throws `UserError`. */
export async function replayRequest(
  rule: Rule,
  { samples, from, to, asOf }: Omit<ReplayRequest, 'rule'>,
  { reader, delayMs }: { readonly reader: MetricReader; readonly delayMs: number },
  signal?: AbortSignal,
): Promise<RuleHistory> {
  let source = reader;
  if (samples !== undefined) {
    const memory = new MemoryMetricStore();
    await memory.append(samples);
    source = memory;
  }
  const names = await source.names(signal);
  const resolve = createResolver(names.map(entry => entry.name));
  return replayRule({ rule, from, to, asOf, delayMs, reader: source, resolve }, signal);
}
