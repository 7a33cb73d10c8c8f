import type { JSX } from 'preact';
import type { Freshness } from '../../api/estate.ts';
import type { LineageNode } from '../../api/lineage.ts';
import { setParams } from '../../app/router.ts';
import { words } from '../../i18n/language.ts';

/** Root that stands for everything. */
export const WHOLE = '*';

interface Props {
  readonly root: string;
  readonly reports: readonly Freshness[];
  readonly nodes: readonly LineageNode[];
}

/** Chooses whose path is shown: reports first, then what is on the path now; any other name can be typed. */
export function RootPicker({ root, reports, nodes }: Props): JSX.Element {
  const { lineage: w } = words();
  const names = new Map<string, string>();
  for (const { report, dataset, owner } of reports) names.set(report ?? dataset, `${w.kinds.report} · ${owner}`);
  for (const node of nodes)
    if (!names.has(node.name)) names.set(node.kind === 'dataset' ? node.id : node.name, w.kinds[node.kind]);
  const choose = (event: { currentTarget: HTMLInputElement }): void => {
    const value = event.currentTarget.value.trim();
    if (value !== root) setParams({ root: value, node: undefined, hop: undefined }, { push: true });
  };
  return (
    <>
      <label class="row root-picker">
        <span class="muted">{w.root}</span>
        <input
          key={root}
          class="input"
          data-search
          list="lineage-roots"
          defaultValue={root === WHOLE ? '' : root}
          placeholder={root === WHOLE ? w.whole : w.rootHint}
          onChange={choose}
          onFocus={event => event.currentTarget.select()}
        />
      </label>
      <datalist id="lineage-roots">
        {[...names].map(([name, label]) => (
          <option key={name} value={name}>
            {label}
          </option>
        ))}
      </datalist>
      <button
        type="button"
        class="button"
        aria-pressed={root === WHOLE}
        onClick={() =>
          setParams({ root: root === WHOLE ? undefined : WHOLE, node: undefined, hop: undefined }, { push: true })
        }
      >
        {w.whole}
      </button>
    </>
  );
}
