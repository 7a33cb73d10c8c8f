/** A simulated run as a file for `tidewatch freshness replay` (contracts 5.3). */
import type { OffsetsRow } from '../../model/offset-row.ts';
import type { Taped } from './pipeline-observe.ts';
import { graphOf, type PipelineSpec } from './pipeline-spec.ts';

/** Lines of the file: the graph, then rows and questions as they came. */
export function* replayLines(spec: PipelineSpec, tape: readonly Taped[]): Generator<string> {
  const hops = graphOf(spec).hops.map(hop => ({
    hop: hop.hop,
    inputs: hop.inputs,
    output: hop.output,
    window_ms: hop.windowMs,
    allowed_ooo_ms: hop.allowedOooMs,
    delivery: hop.delivery,
    visible_on_checkpoint: hop.visibleOnCheckpoint,
    lookups: hop.lookups,
    optional_inputs: hop.optionalInputs,
  }));
  yield JSON.stringify({ type: 'graph', hops });
  for (const taped of tape) yield JSON.stringify(wired(taped));
}

/** Names as on the wire: `endOffset` is `end_offset`. A poll that tells of no open transaction has seen that there is none. */
function wired(taped: Taped): Record<string, unknown> {
  if (taped.type === 'offsets' && taped.polled) return wired(withStable(taped));
  const snake = (name: string): string => name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);
  return Object.fromEntries(Object.entries(taped).map(([name, value]) => [snake(name), value]));
}

function withStable({ polled, ...row }: OffsetsRow): OffsetsRow {
  return row.endOffset === undefined ? row : { lastStableOffset: row.endOffset, ...row };
}
