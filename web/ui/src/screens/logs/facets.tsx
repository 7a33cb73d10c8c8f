import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useLive } from '../../api/live.ts';
import { type FacetField, type LogFilter, logFacet } from '../../api/logs.ts';
import { rangeKey, timeRange } from '../../app/time-range.ts';
import { shortId } from '../../format/flink-id.ts';
import { compact, exact } from '../../format/number.ts';
import { words } from '../../i18n/language.ts';
import { tip } from '../../parts/tip.ts';
import { keepOnly, leaveOut } from './filter.ts';

const FIELDS: readonly FacetField[] = ['level', 'job', 'exception', 'container', 'app', 'logger', 'host'];

/** Counting values is the dearest question of the screen: only open fields ask, and less often than the lines. */
const OPEN: ReadonlySet<FacetField> = new Set(['level', 'job', 'exception', 'container']);
const BEATS = 4;

/** The most frequent values of each field among the lines found; a click keeps or leaves out. */
export function Facets({ filter }: { filter: LogFilter }): JSX.Element {
  const { logs: w } = words();
  return (
    <aside class="facets" aria-label={w.facets}>
      {FIELDS.map(field => (
        <Facet key={field} field={field} filter={filter} />
      ))}
    </aside>
  );
}

function shown(field: FacetField, value: string): string {
  if (field === 'container' || field === 'app') return shortId(value);
  if (field === 'logger' || field === 'exception') return value.split('.').at(-1) ?? value;
  return value;
}

function Facet({ field, filter }: { field: FacetField; filter: LogFilter }): JSX.Element {
  const { logs: w } = words();
  const [open, setOpen] = useState(OPEN.has(field));
  const key = `facet/${field}/${JSON.stringify(filter)}/${rangeKey.value}`;
  const live = useLive(open ? key : null, signal => logFacet(filter, timeRange.peek(), field, signal), {
    every: BEATS,
    keepOld: true,
  });
  const values = (live.data?.values ?? []).filter(v => v.value !== '');
  const top = values[0]?.count ?? 1;
  return (
    <details open={open} class="facet" onToggle={event => setOpen(event.currentTarget.open)}>
      <summary>{w.facet[field]}</summary>
      <ul>
        {live.data !== undefined && values.length === 0 && <li class="muted facet-none">–</li>}
        {values.map(({ value, count }) => (
          <li key={value} class="facet-value">
            <button
              type="button"
              class="facet-keep"
              onClick={() => keepOnly(field, value)}
              {...tip(value, exact(count))}
              aria-label={w.only(value)}
            >
              <i style={{ width: `${Math.max(2, (count / top) * 100)}%` }} />
              <span class="ellipsis">{shown(field, value)}</span>
              <span class="muted">{compact(count)}</span>
            </button>
            <button
              type="button"
              class="value-not"
              onClick={() => leaveOut(field, value)}
              aria-label={w.without(value)}
            >
              −
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}
