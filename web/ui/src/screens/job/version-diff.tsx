import type { ComponentChildren, JSX } from 'preact';
import type { ColumnState, DiffAnswer, SqlLine } from '../../../../api/lineage-answers.ts';
import { link } from '../../app/router.ts';
import { shortColumn } from '../../format/lineage-id.ts';
import { words } from '../../i18n/language.ts';
import { Card } from '../../parts/card.tsx';
import { LevelBadge } from '../../parts/level.tsx';
import { Empty } from '../../parts/states.tsx';
import { tip } from '../../parts/tip.ts';

/** From one version to another: what it breaks first, then tables, columns, options and lines of SQL. */
export function VersionDiffView({ diff }: { diff: DiffAnswer }): JSX.Element {
  const { jobVersions: w, lineage } = words();
  const { tables, columns, options, sql, breaks } = diff;
  const tableCount = tables.added.length + tables.removed.length;
  const columnCount = columns.added.length + columns.removed.length + columns.changed.length;
  const same = tableCount + columnCount + options.length + sql.length === 0;
  return (
    <div class="stack" style={{ gap: '16px' }} data-testid="diff">
      <p class="soft" role="status">
        {w.fromVersion(diff.from, diff.to)}
      </p>
      {!diff.complete && <p class="notice">{w.incomplete}</p>}
      {same && <Empty title={w.same} />}
      <Card title={w.breaks} count={breaks.length || undefined}>
        {breaks.length === 0 ? (
          <p class="card-body muted">{w.noBreaks}</p>
        ) : (
          <ul class="diff-list">
            {breaks.map(({ node, column, why }) => (
              <li key={`${node}#${column}${why}`} data-testid="break">
                <LevelBadge level="critical" text={w.breaksIt} />
                <a href={link('/lineage', { root: node, direction: 'both', depth: 2, node })} {...tip(node)}>
                  {shortColumn(node)}
                </a>
                <span class="soft" {...tip(column)}>
                  {column ? why.replaceAll(column, shortColumn(column)) : why}
                </span>
              </li>
            ))}
          </ul>
        )}
      </Card>
      {tableCount > 0 && (
        <Card title={w.tables} count={tableCount}>
          <ul class="diff-list">
            {tables.removed.map(({ id, role }) => (
              <Entry key={`-${id}${role}`} op="-" id={id} more={lineage.role[role]} />
            ))}
            {tables.added.map(({ id, role }) => (
              <Entry key={`+${id}${role}`} op="+" id={id} more={lineage.role[role]} />
            ))}
          </ul>
        </Card>
      )}
      {columnCount > 0 && (
        <Card title={w.columns} count={columnCount}>
          <ul class="diff-list">
            {columns.removed.map(id => (
              <Entry key={`-${id}`} op="-" id={id} />
            ))}
            {columns.added.map(id => (
              <Entry key={`+${id}`} op="+" id={id} />
            ))}
            {columns.changed.map(({ column, before, after }) => (
              <li key={column} class="diff-change">
                <span class="mono strong" {...tip(column)}>
                  {shortColumn(column)}
                </span>
                <Line op="-">{stateText(before)}</Line>
                <Line op="+">{stateText(after)}</Line>
              </li>
            ))}
          </ul>
        </Card>
      )}
      {options.length > 0 && (
        <Card title={w.options} count={options.length}>
          <ul class="diff-list">
            {options.map(({ table, option, before, after }) => (
              <li key={`${table} ${option}`} class="diff-change">
                <span class="mono strong">
                  {table} · {option}
                </span>
                {before !== null && <Line op="-">{before}</Line>}
                {after !== null && <Line op="+">{after}</Line>}
              </li>
            ))}
          </ul>
        </Card>
      )}
      {sql.length > 0 && (
        <Card title={w.sql}>
          <SqlLines lines={sql} />
        </Card>
      )}
    </div>
  );
}

function stateText({ sources, steps, functions }: ColumnState): string {
  const from = sources === null ? '?' : sources.map(shortColumn).join(', ');
  const how = steps.length > 0 ? steps.join(' → ') : functions.join(', ');
  return how === '' ? from : `${how}  ← ${from}`;
}

function Entry({ op, id, more }: { op: '+' | '-'; id: string; more?: string }): JSX.Element {
  return (
    <li>
      <Line op={op}>
        <span {...tip(id)}>{shortColumn(id)}</span> {more && <span class="muted">{more}</span>}
      </Line>
    </li>
  );
}

function Line({ op, children }: { op: SqlLine['op']; children: ComponentChildren }): JSX.Element {
  const { jobVersions: w } = words();
  return (
    <span class={`mono diff-line${op === '+' ? ' diff-added' : op === '-' ? ' diff-removed' : ''}`}>
      {(op === '+' || op === '-') && <span class="visually-hidden">{w.ops[op]}</span>}
      <span aria-hidden="true">{op} </span>
      {children}
    </span>
  );
}

function SqlLines({ lines }: { lines: readonly SqlLine[] }): JSX.Element {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <div class="diff-sql" tabIndex={0} data-testid="diff-sql">
      {lines.map(({ op, line }, i) =>
        op === '@' ? (
          <span key={i} class="diff-gap" aria-hidden="true">
            ⋯
          </span>
        ) : (
          <Line key={i} op={op}>
            {line}
          </Line>
        ),
      )}
    </div>
  );
}
