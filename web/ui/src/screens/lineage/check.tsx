import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from '../../api/client.ts';
import { getJob } from '../../api/estate.ts';
import { type Checked, checkSql, type Finding } from '../../api/lineage-check.ts';
import { param, setParams } from '../../app/router.ts';
import { words } from '../../i18n/language.ts';
import { Card } from '../../parts/card.tsx';
import { LevelBadge } from '../../parts/level.tsx';
import { Empty, Failure } from '../../parts/states.tsx';
import { FindingList } from './finding-list.tsx';
import { LineageHead } from './head.tsx';
import { ParsedTables } from './parsed-tables.tsx';
import { SqlEditor } from './sql-editor.tsx';
import { fitsAddress, keepSqlText, openSqlText, sqlText } from './sql-text.ts';

/** Pause in typing after which the text is checked, ms. */
const PAUSE_MS = 400;
const EDITOR = 'sql-check';

interface Result {
  readonly sql: string;
  readonly checked: Checked | null;
  readonly error: ApiError | null;
}

/** The answer for the text as it was when typing paused; an answer that comes too late is thrown away. */
function useCheck(sql: string, session: string, job: string): Result | null {
  const [result, setResult] = useState<Result | null>(null);
  useEffect(() => {
    if (sql.trim() === '') {
      setResult(null);
      return;
    }
    const abort = new AbortController();
    const timer = window.setTimeout(() => {
      checkSql({ sql, session, job }, abort.signal).then(
        checked => setResult({ sql, checked, error: null }),
        (error: unknown) => {
          if (abort.signal.aborted) return;
          const known = error instanceof ApiError ? error : new ApiError('internal', 0, String(error));
          setResult({ sql, checked: null, error: known });
        },
      );
    }, PAUSE_MS);
    return () => {
      window.clearTimeout(timer);
      abort.abort();
    };
  }, [sql, session, job]);
  return result;
}

/** A script before it is submitted: its mistakes with their places, the tables and columns it touches. */
export default function Check(): JSX.Element {
  const { check: w } = words();
  const opened = useRef(false);
  if (!opened.current) {
    opened.current = true;
    openSqlText();
  }
  // A text that was left here comes back, and with it its address.
  useEffect(() => {
    if (sqlText.value !== '') keepSqlText(sqlText.value);
  }, []);
  const sql = sqlText.value;
  const [session, job] = [param('session'), param('job')];
  const result = useCheck(sql, session, job);
  const current = result?.sql === sql ? result : null;
  const go = ({ position, length }: Finding): void => {
    const field = document.getElementById(EDITOR);
    if (!(field instanceof HTMLTextAreaElement)) return;
    field.focus();
    field.setSelectionRange(position, position + length);
    field.scrollIntoView({ block: 'center' });
  };
  return (
    <>
      <LineageHead tab="check">
        <Field label={w.job} value={job} hint={w.jobHint} onChoose={value => setParams({ job: value })} />
        <Field
          label={w.session}
          value={session}
          hint={w.sessionHint}
          onChoose={value => setParams({ session: value })}
        />
        {job !== '' && <LoadSql job={job} />}
      </LineageHead>
      <div class="check-grid">
        <Card title={w.sql} more={<Verdict sql={sql} result={current} />}>
          <SqlEditor id={EDITOR} findings={current?.checked?.findings ?? []} />
          {!fitsAddress(sql) && <p class="card-body muted">{w.notInAddress}</p>}
        </Card>
        <div class="stack" style={{ gap: '16px' }} aria-live="polite">
          <Card title={w.findings} count={result?.checked?.findings.length || undefined}>
            {result === null && <Empty title={w.empty}>{<p>{w.emptyHow}</p>}</Empty>}
            {result?.error && <Failure error={result.error} />}
            {result?.checked &&
              (result.checked.findings.length === 0 ? (
                <Empty title={w.clean} />
              ) : (
                <FindingList sql={result.sql} findings={result.checked.findings} onGo={go} />
              ))}
          </Card>
          {result?.checked && <ParsedTables parsed={result.checked.parsed} />}
        </div>
      </div>
    </>
  );
}

function Verdict({ sql, result }: { sql: string; result: Result | null }): JSX.Element | null {
  const { check: w } = words();
  if (sql.trim() === '') return null;
  if (result === null) return <span class="muted">{w.checking}</span>;
  if (result.checked === null) return null;
  return <LevelBadge level={result.checked.ok ? 'ok' : 'critical'} text={result.checked.ok ? w.ok : w.bad} pill />;
}

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly hint: string;
  readonly onChoose: (value: string) => void;
}

function Field({ label, value, hint, onChoose }: FieldProps): JSX.Element {
  return (
    <label class="row node-picker">
      <span class="muted">{label}</span>
      <input
        key={value}
        class="input"
        defaultValue={value}
        placeholder={hint}
        onChange={event => onChoose(event.currentTarget.value.trim())}
      />
    </label>
  );
}

/** Fetches the SQL a job runs, to try a change on it; asks before it replaces another text. */
function LoadSql({ job }: { job: string }): JSX.Element {
  const { check: w } = words();
  const [said, setSaid] = useState('');
  const load = async (): Promise<void> => {
    try {
      const { sql } = await getJob(job, new AbortController().signal);
      if (!sql) {
        setSaid(w.noSql);
        return;
      }
      setSaid('');
      if (sqlText.value.trim() === '' || sqlText.value === sql || window.confirm(w.replace)) keepSqlText(sql);
    } catch (error) {
      setSaid(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <>
      <button type="button" class="button" onClick={() => void load()}>
        {w.load}
      </button>
      {said !== '' && <span role="status">{said}</span>}
    </>
  );
}
