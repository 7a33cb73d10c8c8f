/** Replays of rules that need not be saved: over the stores, or over samples a request brings. */
import { UserError } from '../model/errors.ts';
import type { MetricGroup } from '../model/sample.ts';
import { MemoryMetricStore } from '../store/memory-metrics.ts';
import type { LogReader, MetricReader } from './evaluate/frame.ts';
import type { RuleHistory } from './evaluate/record.ts';
import { replayRule } from './evaluate/replay.ts';
import { createResolver } from './evaluate/resolve.ts';
import type { Rule } from './evaluate/rule.ts';
import { compileSilence, type Silence, SilenceDocument } from './notify/silence.ts';
import { SilencedReplay } from './preview/silenced.ts';

export interface ReplayRequest {
  /** A whole document, or the id of a saved rule. */
  readonly rule: { readonly document: unknown } | { readonly id: string };
  readonly from: number;
  readonly to: number;
  readonly asOf: 'ideal' | 'arrival';
  /** With samples, only these are used. */
  readonly samples?: readonly MetricGroup[];
  /** Documents as of `POST /silences`: what they cover is not among the notifications. */
  readonly silences?: readonly unknown[];
}

/** Where a replay reads. */
export interface ReplaySources {
  readonly reader: MetricReader;
  readonly logs?: LogReader | undefined;
  /** Delay of rules that name none, ms. */
  readonly delayMs: number;
}

/** What `rule` would have done (`POST /rules/replay`). Throws `UserError`. */
export async function replayRequest(
  rule: Rule,
  { samples, silences = [], from, to, asOf }: Omit<ReplayRequest, 'rule'>,
  { reader, logs, delayMs }: ReplaySources,
  signal?: AbortSignal,
): Promise<RuleHistory> {
  const silenced = new SilencedReplay(rule, silences.map(compileSilences));
  let source = reader;
  if (samples !== undefined) {
    const memory = new MemoryMetricStore();
    await memory.append(samples);
    source = memory;
  }
  const names = await source.names(signal);
  const resolve = createResolver(names.map(entry => entry.name));
  const readers = { metrics: source, logs: samples === undefined ? (logs ?? null) : null };
  const options = { rule, from, to, asOf, delayMs, readers, resolve };
  return replayRule(options, signal, outcome => silenced.apply(outcome));
}

function compileSilences(document: unknown, i: number): Silence {
  const parsed = SilenceDocument.safeParse(document);
  if (parsed.success) return compileSilence(`silence-${i}`, parsed.data);
  const issues = parsed.error.issues.map(({ path, message }) => ({
    path: ['silences', i, ...path].join('.'),
    message,
  }));
  throw new UserError('bad-request', `${issues[0]?.path}: ${issues[0]?.message}`, { issues });
}
