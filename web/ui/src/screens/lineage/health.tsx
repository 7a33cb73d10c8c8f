import type { ComponentChildren, JSX } from 'preact';
import type { CycleItem, OrphanItem, OrphanKind } from '../../../../api/lineage-answers.ts';
import type { Page } from '../../api/client.ts';
import { getCycles, getLineage, getOrphans, type LineageGraph, type LineageNode } from '../../api/lineage.ts';
import { type Live, useLive } from '../../api/live.ts';
import { link, param } from '../../app/router.ts';
import { shortName } from '../../format/lineage-id.ts';
import { words } from '../../i18n/language.ts';
import { LevelBadge } from '../../parts/level.tsx';
import { Empty, Region } from '../../parts/states.tsx';
import { tip } from '../../parts/tip.ts';
import { LineageHead } from './head.tsx';
import { kindOf } from './impact-rows.ts';

const KINDS = ['cycles', 'unread', 'unwritten', 'unused', 'conflicts'] as const;
type Kind = (typeof KINDS)[number];

/** Beats between two loads: lists of the whole estate change seldom. */
const SELDOM = { every: 6 } as const;

/** What is odd about the estate: circles, tables without a reader or a writer, evidence that disagrees. */
export default function Health(): JSX.Element {
  const { health: w } = words();
  const kind = KINDS.find(known => known === param('kind')) ?? 'cycles';
  const cycles = useLive('health/cycles', getCycles, SELDOM);
  const unread = useOrphans('unread');
  const unwritten = useOrphans('unwritten');
  const unused = useOrphans('unused');
  const conflicts = useLive('health/conflicts', async signal => conflictsOf(await getLineage({}, signal)), SELDOM);
  const lists: Record<Kind, { readonly data: Live<Page<unknown>>; readonly body: ComponentChildren }> = {
    cycles: { data: cycles, body: <List live={cycles} kind="cycles" row={cycleRow} /> },
    unread: { data: unread, body: <List live={unread} kind="unread" row={orphanRow} /> },
    unwritten: { data: unwritten, body: <List live={unwritten} kind="unwritten" row={orphanRow} /> },
    unused: { data: unused, body: <List live={unused} kind="unused" row={orphanRow} /> },
    conflicts: { data: conflicts, body: <List live={conflicts} kind="conflicts" row={conflictRow} /> },
  };
  return (
    <>
      <LineageHead tab="health" />
      <section class="card" data-testid="health">
        <nav class="tabs" aria-label={w.title}>
          {KINDS.map(name => (
            <a
              key={name}
              href={link('/lineage/health', { kind: name === 'cycles' ? undefined : name })}
              {...(name === kind ? { 'aria-current': 'page' as const } : {})}
            >
              {w.kinds[name]} <span class="count">{countOf(lists[name].data.data)}</span>
            </a>
          ))}
        </nav>
        <p class="card-body soft">{w.means[kind]}</p>
        {lists[kind].body}
      </section>
    </>
  );
}

function useOrphans(kind: OrphanKind): Live<Page<OrphanItem>> {
  return useLive(`health/${kind}`, signal => getOrphans(kind, signal), SELDOM);
}

function countOf(page: Page<unknown> | undefined): string {
  return page === undefined ? '' : `${page.items.length}${page.next === null ? '' : '+'}`;
}

/** Nodes whose evidence disagrees; `next` is set where the graph was cut off. */
function conflictsOf({ nodes, truncated }: LineageGraph): Page<LineageNode> {
  return { items: nodes.filter(({ conflicts }) => conflicts !== undefined), next: truncated ? 'more' : null };
}

interface ListProps<T> {
  readonly live: Live<Page<T>>;
  readonly kind: Kind;
  readonly row: (item: T) => JSX.Element;
}

function List<T>({ live, kind, row }: ListProps<T>): JSX.Element {
  const { health: w } = words();
  return (
    <Region live={live}>
      {({ items, next }) =>
        items.length === 0 ? (
          <Empty title={w.none[kind]} />
        ) : (
          <>
            <ul class="health-list">{items.map(row)}</ul>
            {next !== null && <p class="notice">{w.more(items.length)}</p>}
          </>
        )
      }
    </Region>
  );
}

/** A node by its short name; leads to its surroundings. */
function NodeLink({ id }: { id: string }): JSX.Element {
  const name = kindOf(id) === 'dataset' ? shortName(id) : id.slice(id.indexOf(':') + 1);
  return (
    <a href={link('/lineage', { root: id, direction: 'both', depth: 2, node: id })} {...tip(id)}>
      {name}
    </a>
  );
}

function cycleRow(item: CycleItem): JSX.Element {
  const { health: w } = words();
  return (
    <li key={item.id} data-testid="health-row">
      <p class="row wrap">
        <LevelBadge
          level={item.live ? 'critical' : 'unknown'}
          text={item.kind === 'views' ? w.views : item.live ? w.live : w.interrupted}
        />
        {item.path.map((id, i) => (
          <span key={i} class="row">
            {i > 0 && <span class="muted">→</span>}
            {item.kind === 'views' ? <span class="mono">{id}</span> : <NodeLink id={id} />}
          </span>
        ))}
      </p>
    </li>
  );
}

function orphanRow(item: OrphanItem): JSX.Element {
  const { health: w, lineage } = words();
  const others = item.kind === 'unread' ? w.writtenBy : w.readBy;
  const roles = item.roles.filter(role => role !== 'reads' && role !== 'writes').map(role => lineage.role[role]);
  return (
    <li key={item.id} data-testid="health-row">
      <p class="row wrap">
        <span class="strong">
          <NodeLink id={item.id} />
        </span>
        {item.connector && <span class="pill">{item.connector}</span>}
        {roles.map(role => (
          <span key={role} class="pill">
            {role}
          </span>
        ))}
      </p>
      {item.jobs.length > 0 && (
        <p class="row wrap soft">
          {others}{' '}
          {item.jobs.map(id => (
            <NodeLink key={id} id={id} />
          ))}
        </p>
      )}
      {item.stopped.length > 0 && (
        <p class="row wrap soft">
          {w.until}{' '}
          {item.stopped.map(id => (
            <NodeLink key={id} id={id} />
          ))}
        </p>
      )}
    </li>
  );
}

function conflictRow(node: LineageNode): JSX.Element {
  const { river } = words();
  return (
    <li key={node.id} data-testid="health-row">
      <p class="strong">
        <NodeLink id={node.id} />
      </p>
      {(node.conflicts ?? []).map(({ what, dataset, said_by, not_by }) => (
        <p key={`${what}${dataset}`} class="soft">
          {river.conflictOf(
            what,
            dataset,
            said_by.map(kind => river.evidence[kind]).join(', '),
            not_by.map(kind => river.evidence[kind]).join(', '),
          )}
        </p>
      ))}
    </li>
  );
}
