import type { JSX } from 'preact';
import type { LineageNode, NodeKind } from '../../api/lineage.ts';
import { duration } from '../../format/duration.ts';
import { rate } from '../../format/number.ts';
import { words } from '../../i18n/language.ts';
import { LevelShape } from '../../parts/level.tsx';
import { tip } from '../../parts/tip.ts';

/** What a node is, as a glyph. */
const GLYPHS: Record<NodeKind, string> = {
  nifi: 'M8 2C5 6 3.5 7.8 3.5 10a4.5 4.5 0 0 0 9 0C12.5 7.8 11 6 8 2Z',
  dataset: 'M2.5 5h11M2.5 8h11M2.5 11h11',
  job: 'M3 4.5h4l2 7h4M3 11.5h4l2-7h4',
  view: 'M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8ZM8 6.3a1.7 1.7 0 1 0 0 3.4 1.7 1.7 0 0 0 0-3.4Z',
  report: 'M3 13V8M7 13V3M11 13V6M2 13h12',
  druid: 'M4 3.5h4.5a4.5 4.5 0 0 1 0 9H4M2 8h6',
};

/** How a node stands out among others; `off` steps back. */
export type Tone = 'start' | 'certain' | 'possible' | 'off';

/** A kind as a picture. */
export function NodeGlyph({ kind }: { kind: NodeKind }): JSX.Element {
  return (
    <svg
      class="node-glyph"
      width="16"
      height="16"
      viewBox="0 0 16 16"
      aria-hidden="true"
      fill="none"
      stroke="currentColor"
      stroke-width="1.4"
      stroke-linecap="round"
      stroke-linejoin="round"
    >
      <path d={GLYPHS[kind]} />
    </svg>
  );
}

interface Props {
  readonly node: LineageNode;
  readonly selected: boolean;
  readonly blamed: boolean;
  readonly tone?: Tone | undefined;
  readonly onSelect: () => void;
}

/** A node of the river: kind, name, and the figure that matters for its kind. */
export function NodeBox({ node, selected, blamed, tone, onSelect }: Props): JSX.Element {
  const { lineage: w, river } = words();
  const aged = node.kind === 'report' || node.records_per_second == null;
  const age = node.age_ms == null ? w.kinds[node.kind] : duration(node.age_ms);
  const figure = aged ? age : rate(node.records_per_second);
  const state = node.status && node.status !== 'RUNNING' ? node.status : node.stopped ? river.ended : '';
  return (
    <button
      type="button"
      class={`node node-${node.kind} level-edge-${node.level ?? 'ok'}${blamed ? ' blamed' : ''}${tone ? ` tone-${tone}` : ''}${node.stopped ? ' ended' : ''}`}
      aria-pressed={selected}
      onClick={onSelect}
      data-testid="node"
      {...tip(
        node.label || node.name,
        `${w.kinds[node.kind]} · ${node.namespace}`,
        node.owner,
        node.stopped && river.ended,
      )}
    >
      <NodeGlyph kind={node.kind} />
      <span class="node-text">
        <span class="ellipsis node-name">{node.label || node.name}</span>
        <span class="muted ellipsis node-figure">
          {state || figure}
          {node.kind === 'report' && node.owner ? ` · ${node.owner}` : ''}
        </span>
      </span>
      {node.level && node.level !== 'ok' && <LevelShape level={node.level} />}
      {node.conflicts && <LevelShape level="warning" />}
      {blamed && <span class="node-blame">{w.blame}</span>}
    </button>
  );
}
