import type { JSX } from 'preact';
import type { Freshness } from '../../api/estate.ts';
import type { LineageNode } from '../../api/lineage.ts';
import { setParams } from '../../app/router.ts';
import { words } from '../../i18n/language.ts';
import { choicesOf, NodePicker } from './node-picker.tsx';

/** Root that stands for everything. */
export const WHOLE = '*';

/** Deepest path a choice is offered for; further is "all". */
const DEPTHS = [1, 2, 3, 4, 6, 8, 12] as const;

interface Props {
  readonly root: string;
  /** Second end, `''` without one. */
  readonly to: string;
  readonly direction: 'up' | 'down' | 'both';
  readonly depth: number | undefined;
  readonly reports: readonly Freshness[];
  readonly nodes: readonly LineageNode[];
}

/** Chooses whose path is shown, or between which two: reports first, then what is on the path now; any other name can be typed. */
export function RootPicker({ root, to, direction, depth, reports, nodes }: Props): JSX.Element {
  const { lineage: w, river } = words();
  const first = reports.map(({ report, dataset, owner }) => ({
    value: report ?? dataset,
    label: `${w.kinds.report} · ${owner}`,
  }));
  const choices = choicesOf(nodes, first);
  const go = (changes: Record<string, string | undefined>): void =>
    setParams({ node: undefined, hop: undefined, column: undefined, ...changes }, { push: true });
  return (
    <>
      <NodePicker
        id="lineage-roots"
        label={w.root}
        value={root === WHOLE ? '' : root}
        placeholder={root === WHOLE ? w.whole : w.rootHint}
        choices={choices}
        search
        onChoose={value => go({ root: value })}
      />
      {root !== WHOLE && (
        <NodePicker
          id="lineage-ends"
          label={river.to}
          value={to}
          placeholder={river.toHint}
          choices={choices}
          onChoose={value => go({ target: value })}
        />
      )}
      {root !== WHOLE && to === '' && (
        <>
          <select
            class="select"
            aria-label={w.direction}
            value={direction}
            onChange={event =>
              setParams({ direction: event.currentTarget.value === 'up' ? undefined : event.currentTarget.value })
            }
          >
            {(['up', 'down', 'both'] as const).map(value => (
              <option key={value} value={value}>
                {w.directions[value]}
              </option>
            ))}
          </select>
          <select
            class="select"
            aria-label={river.depth}
            value={depth ?? ''}
            onChange={event => setParams({ depth: event.currentTarget.value || undefined })}
          >
            <option value="">{river.depthAll}</option>
            {DEPTHS.map(value => (
              <option key={value} value={value}>
                {river.depthOf(value)}
              </option>
            ))}
          </select>
        </>
      )}
      <button
        type="button"
        class="button"
        aria-pressed={root === WHOLE}
        onClick={() => go({ root: root === WHOLE ? undefined : WHOLE, target: undefined })}
      >
        {w.whole}
      </button>
    </>
  );
}
