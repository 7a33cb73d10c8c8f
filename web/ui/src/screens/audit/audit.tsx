import './audit.css';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { type AuditEntry, getAudit } from '../../api/audit.ts';
import { type Live, useLive } from '../../api/live.ts';
import { param, setParams } from '../../app/router.ts';
import { clockSeconds, fullTime } from '../../format/time.ts';
import { notificationWords } from '../../i18n/notification.ts';
import { Empty, Region } from '../../parts/states.tsx';
import { tip } from '../../parts/tip.ts';
import { AlertingFrame } from '../alerts/frame.tsx';
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
  const fits = ({ object, field, who }: AuditEntry): boolean =>
    `${object} ${field} ${who}`.toLowerCase().includes(wanted.toLowerCase());
  const shown = all.filter(fits);
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
        {shown.map((entry, i) => (
          <Entry key={i} entry={entry} />
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

function Entry({ entry: { at, who, object, field, before, after } }: { entry: AuditEntry }): JSX.Element {
  const { audit: w } = notificationWords();
  const [from, to] = [valueText(before), valueText(after)];
  return (
    <li class="audit-entry" data-testid="audit-entry">
      <span class="muted num" {...tip(fullTime(at))}>
        {clockSeconds(at)}
      </span>
      <span>{who}</span>
      <span class="strong audit-object">
        {object}
        {field && <span class="mono"> {field}</span>}
      </span>
      <span class="audit-change mono">
        {before === null && field === '' ? (
          <span class="pill level-ok">{w.made}</span>
        ) : (
          <span class="audit-before">{from}</span>
        )}
        {' → '}
        {after === null && field === '' ? <span class="pill level-critical">{w.gone}</span> : <span>{to}</span>}
      </span>
    </li>
  );
}

/** Pages overlap when something was changed between two loads: what is the same entry stands once. */
function merged(newest: readonly AuditEntry[], older: readonly AuditEntry[]): readonly AuditEntry[] {
  const known = new Set(older.map(entry => JSON.stringify(entry)));
  return [...newest.filter(entry => !known.has(JSON.stringify(entry))), ...older];
}
