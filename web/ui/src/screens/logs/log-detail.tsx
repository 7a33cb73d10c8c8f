import type { JSX } from 'preact';
import type { FacetField, LogItem } from '../../api/logs.ts';
import { link, setParams } from '../../app/router.ts';
import { fullTime } from '../../format/time.ts';
import { words } from '../../i18n/language.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { keepOnly, leaveOut } from './filter.ts';
import { highlighted } from './highlight.tsx';
import { Stack } from './stack-view.tsx';

function FieldValue({ field, value }: { field: FacetField; value: string }): JSX.Element {
  const { logs: w } = words();
  return (
    <span class="row wrap field-value">
      <button type="button" class="value-button mono" onClick={() => keepOnly(field, value)} aria-label={w.only(value)}>
        {value}
      </button>
      <button type="button" class="value-not" onClick={() => leaveOut(field, value)} aria-label={w.without(value)}>
        −
      </button>
      {field === 'job' && <a href={link(`/jobs/${encodeURIComponent(value)}`)}>{words().lineage.openJob}</a>}
    </span>
  );
}

/** Address that shows this line among its neighbours, good for a message to a colleague. */
export function lineLink(item: LogItem): string {
  const url = new URL('/logs', window.location.href);
  url.searchParams.set('around', item.id);
  url.searchParams.set('from', String(item.ts - 300_000));
  url.searchParams.set('to', String(item.ts + 300_000));
  if (item.container_id) url.searchParams.set('container', item.container_id);
  else if (item.job_name) url.searchParams.set('job', item.job_name);
  return url.href;
}

/** The text of a line as a log file would hold it. */
function lineText(item: LogItem): string {
  const head = `${new Date(item.ts).toISOString()} ${item.level} [${item.thread}] ${item.logger} - ${item.message}`;
  return item.exception ? `${head}\n${item.exception.stack}` : head;
}

/** Everything a line says; a click on a value filters by it. */
export function LogDetail({ item, wanted }: { item: LogItem; wanted: readonly string[] }): JSX.Element {
  const { logs: w } = words();
  const fields: readonly (readonly [FacetField, string])[] = [
    ['job', item.job_name],
    ['app', item.app_id],
    ['container', item.container_id],
    ['level', item.level],
    ['logger', item.logger],
    ['host', item.host],
    ['exception', item.exception?.class ?? ''],
  ];
  return (
    <div class="log-detail" data-testid="log-detail">
      <div class="row wrap log-actions">
        <button type="button" class="button" onClick={() => setParams({ around: item.id }, { push: true })}>
          <Icon name="around" />
          {w.around}
        </button>
        <CopyButton icon="link" label={w.copyLink} text={() => lineLink(item)} />
        <CopyButton label={w.copyLine} text={() => lineText(item)} />
      </div>
      <pre class="log-text">{highlighted(item.message, wanted)}</pre>
      {item.exception && <Stack stack={item.exception.stack} wanted={wanted} />}
      <dl class="facts">
        <dt>{w.time}</dt>
        <dd>{fullTime(item.ts)}</dd>
        {item.ts_original !== undefined && (
          <>
            <dt>{w.originalTime}</dt>
            <dd>{fullTime(item.ts_original)}</dd>
          </>
        )}
        {fields
          .filter(([, value]) => value !== '')
          .map(([field, value]) => (
            <>
              <dt key={field}>{w.facet[field]}</dt>
              <dd>
                <FieldValue field={field} value={value} />
              </dd>
            </>
          ))}
        <dt>{w.thread}</dt>
        <dd class="mono">{item.thread || '–'}</dd>
        {item.role && (
          <>
            <dt>{w.role}</dt>
            <dd>{item.role}</dd>
          </>
        )}
        {item.job_id && (
          <>
            <dt>{w.jobId}</dt>
            <dd class="mono">{item.job_id}</dd>
          </>
        )}
      </dl>
    </div>
  );
}
