import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { ImpactAnswer } from '../../../../api/lineage-answers.ts';
import { getImpact, getLineage } from '../../api/lineage.ts';
import { getKnownColumns } from '../../api/lineage-columns.ts';
import { useLive } from '../../api/live.ts';
import { param, setParams } from '../../app/router.ts';
import { shortName } from '../../format/lineage-id.ts';
import { words } from '../../i18n/language.ts';
import { Empty, Loading, Region } from '../../parts/states.tsx';
import { Graph } from './graph.tsx';
import { LineageHead } from './head.tsx';
import { impactRows, impactTones } from './impact-rows.ts';
import { ImpactTable } from './impact-table.tsx';
import { choicesOf, NodePicker } from './node-picker.tsx';

/** "What if": whom it hits when a column or table goes away or a job stops, as a list and as the lit part of the graph. */
export default function ImpactScreen(): JSX.Element {
  const { impact: w, lineage } = words();
  const [of, column] = [param('of'), param('column')];
  // Only names to choose from: they need not be fresh.
  const all = useLive('lineage/all', signal => getLineage({}, signal), { every: Number.POSITIVE_INFINITY });
  const live = useLive(of === '' ? null : `impact/${of}#${column}`, signal => getImpact(of, column, signal));
  const id = live.data?.of.id ?? '';
  const dataset = live.data?.of.kind === 'dataset' ? id : '';
  return (
    <>
      <LineageHead tab="impact">
        <NodePicker
          id="impact-of"
          label={w.of}
          value={of}
          placeholder={lineage.rootHint}
          choices={choicesOf(all.data?.nodes ?? [])}
          search
          onChoose={value =>
            setParams({ of: value, column: undefined, node: undefined, group: undefined }, { push: true })
          }
        />
        {dataset !== '' && <ColumnChoice dataset={dataset} column={column} />}
      </LineageHead>
      {of === '' ? (
        <Empty title={w.ask}>
          <p>{w.askHow}</p>
        </Empty>
      ) : (
        <Region live={live} rows={8}>
          {impact => <Content impact={impact} />}
        </Region>
      )}
    </>
  );
}

function ColumnChoice({ dataset, column }: { dataset: string; column: string }): JSX.Element | null {
  const { impact: w } = words();
  const known = useLive(`known-columns/${dataset}`, signal => getKnownColumns(dataset, signal), { every: 12 });
  const names = (known.data ?? []).map(({ name }) => name);
  if (names.length === 0 && column === '') return null;
  return (
    <select
      class="select"
      aria-label={w.column}
      value={column}
      onChange={event => setParams({ column: event.currentTarget.value || undefined }, { push: true })}
    >
      <option value="">{w.wholeTable}</option>
      {(names.includes(column) || column === '' ? names : [column, ...names]).map(name => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </select>
  );
}

function Content({ impact }: { impact: ImpactAnswer }): JSX.Element {
  const { impact: w, lineage } = words();
  const rows = useMemo(() => impactRows(impact), [impact]);
  const tones = useMemo(() => impactTones(impact), [impact]);
  const { of, change, reports, jobs, datasets, columns, owners } = impact;
  const thing = of.kind === 'dataset' ? shortName(of.id) : of.id.slice(of.id.indexOf(':') + 1);
  const name = of.column === undefined ? thing : `${thing}.${of.column}`;
  const named = owners.filter(({ owner }) => owner !== '');
  const everything = rows.length === 0;
  return (
    <div class="stack" style={{ gap: '16px' }} data-testid="impact">
      <section class="card">
        <div class="card-body impact-sum">
          <p class="impact-what">{w.what(change, name)}</p>
          <p class="soft">
            {everything
              ? w.nothing
              : w.hits(reports.length, named.length, jobs.length, datasets.length, columns.length)}
          </p>
          {named.length > 0 && (
            <ul class="row wrap" aria-label={w.owners}>
              {named.map(({ owner, reports: theirs, jobs: run }) => (
                <li key={owner} class="pill">
                  <strong>{owner}</strong> {w.ownerHas(theirs.length, run.length)}
                </li>
              ))}
            </ul>
          )}
        </div>
      </section>
      {impact.truncated && <p class="notice">{lineage.truncated}</p>}
      {!everything && (
        <>
          <BlastRadius impact={impact} tones={tones} />
          <ImpactTable impact={impact} rows={rows} />
        </>
      )}
    </div>
  );
}

function BlastRadius({ impact, tones }: { impact: ImpactAnswer; tones: ReturnType<typeof impactTones> }): JSX.Element {
  const { impact: w } = words();
  const root = impact.of.id;
  const graph = useLive(`impact-graph/${root}`, signal => getLineage({ root, direction: 'down' }, signal));
  const selected = param('node') || undefined;
  if (!graph.data) return <Loading rows={6} />;
  return (
    <Graph
      graph={graph.data}
      selected={selected}
      tones={tones}
      focus={root}
      legend={
        <ul class="row wrap legend" aria-label={w.legend}>
          {(['start', 'certain', 'possible', 'off'] as const).map(tone => (
            <li key={tone} class="row">
              <i class={`tone-sample tone-${tone}`} /> {w.tones[tone]}
            </li>
          ))}
        </ul>
      }
    />
  );
}
