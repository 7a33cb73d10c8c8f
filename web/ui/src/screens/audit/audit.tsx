import './audit.css';
import { Fragment, type JSX } from 'preact';
import { useState } from 'preact/hooks';
import { type AuditEntry, getAudit } from '../../api/audit.ts';
import { type Live, useLive } from '../../api/live.ts';
import { link, param, setParams } from '../../app/router.ts';
import { clockSeconds, fullTime } from '../../format/time.ts';
import { notificationWords } from '../../i18n/notification.ts';
import { Empty, Region } from '../../parts/states.tsx';
import { tip } from '../../parts/tip.ts';
import { AlertingFrame } from '../alerts/frame.tsx';
import { type Change, changesOf, pathOf } from './changes.ts';
import { valueText } from './value-text.ts';

/** Who changed what, newest first; `?object=` shows the changes of what holds that text. */
export default function Audit(): JSX.Element {
  const { audit: w } = notificationWords();
  const newest = useLive('audit', signal => getAudit(undefined, signal));
  const wanted = param('object');
  return (
    <AlertingFrame tab="audit">
      <section class="card">
        <div class="card-head">
          <input
            class="input grow"
            type="search"
            data-search
            aria-label={w.find}
            placeholder={w.find}
            value={wanted}
            onInput={event => setParams({ object: event.currentTarget.value })}
          />
        </div>
        <Region live={newest}>{page => <Entries newest={page} wanted={wanted} />}</Region>
      </section>
    </AlertingFrame>
  );
}

type Page = NonNullable<Live<Awaited<ReturnType<typeof getAudit>>>['data']>;

/** The newest page, which follows time, and what was fetched behind it. */
function Entries({ newest, wanted }: { newest: Page; wanted: string }): JSX.Element {
  const { audit: w, form } = notificationWords();
  const [older, setOlder] = useState<Page | null>(null);
  const [failure, setFailure] = useState('');
  const [busy, setBusy] = useState(false);
  const all = merged(newest.items, older?.items ?? []);
  const next = older ? older.next : newest.next;
  const fits = ({ object, name, id, field, who }: AuditEntry): boolean =>
    `${object} ${name ?? ''} ${id ?? ''} ${field} ${who}`.toLowerCase().includes(wanted.toLowerCase());
  const shown = changesOf(all).filter(({ entries }) => entries.some(fits));
  const more = async (): Promise<void> => {
    if (next === null) return;
    setBusy(true);
    setFailure('');
    try {
      const page = await getAudit(next);
      setOlder({ items: [...(older?.items ?? newest.items), ...page.items], next: page.next });
    } catch (error) {
      setFailure(form.failed(error instanceof Error ? error.message : String(error)));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      {shown.length === 0 && (
        <Empty title={all.length === 0 ? w.none : w.noMatch}>
          <p>{all.length === 0 ? w.noneHow : w.searched(all.length)}</p>
        </Empty>
      )}
      <ul>
        {shown.map(change => (
          <Line key={`${change.at} ${change.address} ${change.entries[0]?.field}`} change={change} />
        ))}
      </ul>
      <p role="status" class={failure ? 'card-body level-critical' : ''}>
        {failure}
      </p>
      {next !== null && (
        <p class="card-body">
          <button type="button" class="button" disabled={busy} onClick={() => void more()}>
            {w.older}
          </button>
        </p>
      )}
    </>
  );
}

function Line({ change }: { change: Change }): JSX.Element {
  const { audit: w } = notificationWords();
  const { at, who, kind, id, name, address, what, entries } = change;
  const path = pathOf(change);
  const noun = w.kinds[kind] ?? kind;
  const title = name ?? (id === null ? noun : w.nameless);
  return (
    <li class="audit-entry" data-testid="audit-entry">
      <span class="muted num" {...tip(fullTime(at))}>
        {clockSeconds(at)}
      </span>
      <span class="audit-who">{who}</span>
      <span class="audit-object">
        {title !== noun && <span class="muted">{noun} </span>}
        {path === null ? (
          <span class="strong">{title}</span>
        ) : (
          <a class="strong" href={link(path)}>
            {title}
          </a>
        )}
        {id !== null && <span class="audit-id mono muted">{address}</span>}
      </span>
      <div class="audit-change">
        {what === 'changed' ? (
          <Fields entries={entries} />
        ) : (
          <details>
            <summary>
              <span class={`pill level-${what === 'made' ? 'ok' : 'critical'}`}>
                {what === 'made' ? w.made : w.gone}
              </span>
            </summary>
            <Whole entries={entries} />
          </details>
        )}
      </div>
    </li>
  );
}

/** Before and after of every field that changed; an acknowledgement is the whole of its entry. */
function Fields({ entries }: { entries: readonly AuditEntry[] }): JSX.Element {
  return (
    <dl class="audit-fields mono">
      {entries.flatMap(byField).map(({ field, before, after }) => (
        <Fragment key={field}>
          <dt>{field}</dt>
          <dd>
            <span class="audit-before">{valueText(before)}</span> → <span>{valueText(after)}</span>
          </dd>
        </Fragment>
      ))}
    </dl>
  );
}

/** An entry of a whole object that is not new, as one for each field in which it changed. */
function byField(entry: AuditEntry): readonly Pick<AuditEntry, 'field' | 'before' | 'after'>[] {
  const [from, to] = [fieldsOf(entry.before), fieldsOf(entry.after)];
  if (entry.field !== '' || from.size + to.size === 0) return [entry];
  return [...new Set([...from.keys(), ...to.keys()])]
    .map(field => ({ field, before: from.get(field) ?? null, after: to.get(field) ?? null }))
    .filter(({ before, after }) => JSON.stringify(before) !== JSON.stringify(after));
}

function fieldsOf(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof value === 'object' && value !== null ? Object.entries(value) : []);
}

/** What came or went, field by field. */
function Whole({ entries }: { entries: readonly AuditEntry[] }): JSX.Element {
  const fields = entries.flatMap(({ field, before, after }) => {
    const value = after ?? before;
    return field === '' ? [...fieldsOf(value)] : [[field, value] as const];
  });
  return (
    <dl class="audit-fields mono">
      {fields.map(([field, value]) => (
        <Fragment key={field}>
          <dt>{field}</dt>
          <dd>{valueText(value)}</dd>
        </Fragment>
      ))}
    </dl>
  );
}

/** Pages overlap when something was changed between two loads: what is the same entry stands once. */
function merged(newest: readonly AuditEntry[], older: readonly AuditEntry[]): readonly AuditEntry[] {
  const known = new Set(older.map(entry => JSON.stringify(entry)));
  return [...newest.filter(entry => !known.has(JSON.stringify(entry))), ...older];
}
