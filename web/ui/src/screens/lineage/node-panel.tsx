import { Fragment, type JSX } from 'preact';
import type { LineageEdge, LineageGraph, LineageNode } from '../../api/lineage.ts';
import { link, setParams } from '../../app/router.ts';
import { duration } from '../../format/duration.ts';
import { rate } from '../../format/number.ts';
import { clock } from '../../format/time.ts';
import { words } from '../../i18n/language.ts';
import { Icon } from '../../parts/icon.tsx';
import { Lag } from '../../parts/lag.tsx';
import { LevelBadge, LevelShape } from '../../parts/level.tsx';
import { NodeColumns } from './node-columns.tsx';
import { addressOf } from './node-picker.tsx';

/** What is known of the selected node: figures, neighbours and the ways on. */
export function NodePanel({ node, graph }: { node: LineageNode; graph: LineageGraph }): JSX.Element {
  const { lineage: w, river, impact, jobs, action, freshness } = words();
  return (
    <section class="card" data-testid="node-panel">
      <div class="card-head">
        {node.level && <LevelShape level={node.level} />}
        <h2 class="ellipsis">{node.label || node.name}</h2>
        <span class="muted">{w.kinds[node.kind]}</span>
        <span class="row wrap more">
          {node.kind === 'job' && (
            <>
              <a class="button" href={link(`/jobs/${encodeURIComponent(node.name)}`)}>
                {w.openJob}
              </a>
              <a class="button" href={link('/logs', { job: node.name })}>
                {w.openLogs}
              </a>
            </>
          )}
          <a class="button" href={link('/lineage/impact', { of: node.id })}>
            {impact.title}
          </a>
          <a class="button" href={link('/lineage', { root: addressOf(node), direction: 'both' })}>
            {w.asRoot}
          </a>
          <button
            type="button"
            class="button quiet icon"
            aria-label={action.close}
            onClick={() => setParams({ node: undefined })}
          >
            <Icon name="close" />
          </button>
        </span>
      </div>
      <div class="card-body node-panel">
        <dl class="facts">
          <dt>ID</dt>
          <dd class="mono">{node.id}</dd>
          {node.owner && (
            <>
              <dt>{jobs.owner}</dt>
              <dd>{node.owner}</dd>
            </>
          )}
          {node.status && (
            <>
              <dt>{jobs.status}</dt>
              <dd>
                {node.status} {node.stopped && node.ended_at !== undefined && river.endedAt(clock(node.ended_at))}
              </dd>
            </>
          )}
          {(node.conflicts ?? []).map(({ what, dataset, said_by, not_by }) => (
            <Fragment key={`${what}${dataset}`}>
              <dt>
                <LevelBadge level="warning" text={river.conflict} />
              </dt>
              <dd>
                {river.conflictOf(
                  what,
                  dataset,
                  said_by.map(kind => river.evidence[kind]).join(', '),
                  not_by.map(kind => river.evidence[kind]).join(', '),
                )}
              </dd>
            </Fragment>
          ))}
          {node.records_per_second != null && (
            <>
              <dt>{jobs.in}</dt>
              <dd>{rate(node.records_per_second)}</dd>
            </>
          )}
          {node.age_ms != null && (
            <>
              <dt>{freshness.freshness}</dt>
              <dd>{freshness.behind(duration(node.age_ms))}</dd>
            </>
          )}
        </dl>
        <ul aria-label={w.connections}>
          {graph.edges
            .filter(edge => edge.from === node.id || edge.to === node.id)
            .map(edge => (
              <Neighbour key={`${edge.from}>${edge.to}>${edge.role}`} edge={edge} node={node} graph={graph} />
            ))}
        </ul>
      </div>
      {(node.kind === 'dataset' || node.kind === 'job') && <NodeColumns node={node} />}
    </section>
  );
}

function Neighbour({ edge, node, graph }: { edge: LineageEdge; node: LineageNode; graph: LineageGraph }): JSX.Element {
  const { lineage: w } = words();
  const incoming = edge.to === node.id;
  const id = incoming ? edge.from : edge.to;
  const other = graph.nodes.find(n => n.id === id);
  return (
    <li class="row neighbour">
      <span class="muted">
        {incoming ? '←' : '→'} {w.role[edge.role]}
      </span>
      <button type="button" class="value-link ellipsis" onClick={() => setParams({ node: id })}>
        {other?.label || other?.name || id}
      </button>
      {edge.hop !== undefined && <Lag ms={edge.lag_ms ?? null} records={edge.lag_records ?? null} />}
    </li>
  );
}
