import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { ColumnsAnswer } from '../../../../api/lineage-answers.ts';
import { getColumns } from '../../api/lineage-columns.ts';
import { useLive } from '../../api/live.ts';
import { link, param, setParams } from '../../app/router.ts';
import { columnOf, shortName } from '../../format/lineage-id.ts';
import { words } from '../../i18n/language.ts';
import { Card } from '../../parts/card.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Empty, Region } from '../../parts/states.tsx';
import { tip } from '../../parts/tip.ts';
import { Canvas } from './canvas.tsx';
import { type ColumnEdge, columnPath } from './column-graph.ts';
import { ColumnSteps } from './column-steps.tsx';
import { type PlacedEdge, place } from './layout.ts';

/** Where one column comes from: as a graph of columns, values solid and conditions dashed, and as steps to read. */
export function ColumnCard({ id }: { id: string }): JSX.Element {
  const { columns: w, action, impact } = words();
  const { dataset, column } = columnOf(id) ?? { dataset: id, column: '' };
  const live = useLive(`column/${id}`, signal => getColumns({ of: dataset, column }, signal), { every: 12 });
  const control = param('control') !== 'hide';
  const more = (
    <span class="row wrap">
      <button
        type="button"
        class="button"
        aria-pressed={control}
        onClick={() => setParams({ control: control ? 'hide' : undefined })}
        {...tip(w.controlHow)}
      >
        {w.control}
      </button>
      <a class="button" href={link('/lineage/impact', { of: dataset, column })}>
        {impact.title}
      </a>
      <button
        type="button"
        class="button quiet icon"
        aria-label={action.close}
        onClick={() => setParams({ column: undefined, control: undefined })}
      >
        <Icon name="close" />
      </button>
    </span>
  );
  return (
    <div data-testid="column-path">
      <Card title={w.title(`${shortName(dataset)}.${column}`)} more={more}>
        <Region live={live}>{answer => <Content answer={answer} target={id} control={control} />}</Region>
      </Card>
    </div>
  );
}

interface ContentProps {
  readonly answer: ColumnsAnswer;
  readonly target: string;
  readonly control: boolean;
}

function Content({ answer, target, control }: ContentProps): JSX.Element {
  const { columns: w, lineage } = words();
  const path = useMemo(() => columnPath(answer.columns, target, control), [answer, target, control]);
  const placed = useMemo(() => place(path), [path]);
  if (path.origins.length === 0) {
    return (
      <Empty title={w.nobody}>
        <p>{w.nobodyHow}</p>
      </Empty>
    );
  }
  return (
    <>
      <Canvas
        placed={placed}
        label={w.graphLabel(path.nodes.length, path.edges.length)}
        testId="column-graph"
        focus={target}
        edge={edge => <Line key={`${edge.from}>${edge.to}`} edge={edge} />}
        node={node => (
          <button
            type="button"
            class="node node-column"
            aria-pressed={node.id === target}
            onClick={() => setParams({ column: node.id }, { push: true })}
            {...tip(`${shortName(node.dataset)}.${node.column}`, node.dataset, node.open && w.openHow)}
          >
            <span class="node-text">
              <span class="ellipsis node-name mono">{node.column}</span>
              <span class="ellipsis muted node-figure">{shortName(node.dataset)}</span>
            </span>
            {node.open && <span class="pill">{w.open}</span>}
          </button>
        )}
        legend={
          <ul class="row wrap legend" aria-label={w.legend}>
            <li class="row">
              <i class="line-sample" /> {w.uses.value}
            </li>
            <li class="row">
              <i class="line-sample dashed" /> {w.uses.control}
            </li>
          </ul>
        }
      />
      {answer.truncated && <p class="notice">{lineage.truncated}</p>}
      <ColumnSteps origins={path.origins} control={control} />
    </>
  );
}

function Line({ edge }: { edge: PlacedEdge<ColumnEdge> }): JSX.Element {
  const { columns: w } = words();
  const how = edge.type === 'value' ? w.uses.value : edge.roles.map(role => w.roles[role]).join(', ');
  return (
    <g class="ribbon">
      <path
        d={edge.path}
        class={`column-line column-line-${edge.type}`}
        {...(edge.type === 'control' ? { 'stroke-dasharray': '5 4' } : {})}
      />
      <path d={edge.path} class="ribbon-hit" stroke-width="12" {...tip(how, ...edge.origin.steps)} />
    </g>
  );
}
