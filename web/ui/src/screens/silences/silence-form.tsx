import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { ApiError, type InputIssue } from '../../api/client.ts';
import { now } from '../../api/live.ts';
import { namedMatchers } from '../../api/rules.ts';
import { createSilence, getSilence, type Silence, type SilenceDocument, updateSilence } from '../../api/silences.ts';
import { link, navigate, query } from '../../app/router.ts';
import { moreWords } from '../../i18n/alerting-more.ts';
import { MatcherRows } from '../../parts/matcher-rows.tsx';
import { WeekDays } from '../../parts/week-days.tsx';
import { Field, issuesAt, TextField } from '../rules/field.tsx';
import { SilenceEffect } from './silence-effect.tsx';
import { fromLocalInput, toLocalInput } from './silence-text.ts';

const HOUR = 3_600_000;
const NIGHT = { from: '02:00', to: '04:00' } as const;

/** A silence to make or to change, with what it would do beside it. */
export function SilenceForm({ silence }: { silence: Silence | null }): JSX.Element {
  const { silences: w, editor } = moreWords();
  const [doc, setDoc] = useState<SilenceDocument>(() => (silence ? documentOf(silence) : firstDraft()));
  const [version, setVersion] = useState(silence?.version ?? '');
  const [failure, setFailure] = useState<ApiError | null>(null);
  const issues: readonly InputIssue[] = failure?.issues ?? [];
  const set = (change: Partial<SilenceDocument>): void => setDoc({ ...doc, ...change });
  const document = { ...doc, matchers: namedMatchers(doc.matchers) };
  const save = async (): Promise<void> => {
    setFailure(null);
    try {
      await (silence ? updateSilence(silence.id, document, version) : createSilence(document));
      navigate(link('/silences'));
    } catch (error) {
      setFailure(error instanceof ApiError ? error : new ApiError('internal', 0, String(error)));
      if (!silence || !(error instanceof ApiError) || error.status !== 412) return;
      // Where it cannot be read either, the next attempt says so.
      const theirs = await getSilence(silence.id).catch(() => null);
      if (theirs === null) return;
      setVersion(theirs.version);
      setDoc(documentOf(theirs));
    }
  };
  return (
    <form
      class="stack"
      data-testid="silence-form"
      onSubmit={event => {
        event.preventDefault();
        void save();
      }}
    >
      <div class="row wrap editor-bar">
        <h2 class="grow">{silence ? w.titleEdit : w.create}</h2>
        <a class="button quiet" href={link('/silences')}>
          {editor.cancel}
        </a>
        <button type="submit" class="button primary" disabled={silence?.managed}>
          {w.save}
        </button>
      </div>
      {silence?.managed && <p class="notice">{w.managed}</p>}
      {silence?.state === 'expired' && <p class="notice">{w.expired}</p>}
      {failure && (
        <p class="notice" role="alert">
          {failure.status === 412 ? w.conflict : editor.failed(failure.message)}
        </p>
      )}
      <div class="silence-columns">
        <section class="card">
          <div class="card-body fields">
            <div class="field wide-field">
              <span class="field-label">{w.matchers}</span>
              <MatcherRows label={w.matchers} matchers={doc.matchers} onChange={matchers => set({ matchers })} />
              {issuesAt(issues, 'matchers').map(({ message }) => (
                <p key={message} class="field-wrong">
                  {message}
                </p>
              ))}
            </div>
            <TimeFields document={doc} issues={issues} onChange={setDoc} />
            <TextField label={w.comment} value={doc.comment} onText={comment => set({ comment })} wide />
            <TextField
              label={w.purpose}
              hint={w.purposeHow}
              value={doc.purpose}
              onText={purpose => {
                const { purpose: _, ...rest } = doc;
                setDoc(purpose === '' ? rest : { ...doc, purpose });
              }}
              wide
            />
          </div>
        </section>
        <SilenceEffect document={document} />
      </div>
    </form>
  );
}

interface TimeProps {
  readonly document: SilenceDocument;
  readonly issues: readonly InputIssue[];
  readonly onChange: (document: SilenceDocument) => void;
}

function TimeFields({ document: doc, issues, onChange }: TimeProps): JSX.Element {
  const { silences: w } = moreWords();
  const { calendar } = doc;
  const setRecurring = (recurring: boolean): void => {
    const { calendar: _, starts_at: __, ends_at: ___, ...rest } = doc;
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    onChange(recurring ? { ...rest, calendar: { zone, ...NIGHT } } : { ...rest, ...nextHours() });
  };
  const instant = (name: 'starts_at' | 'ends_at', label: string): JSX.Element => (
    <Field label={label} issues={issuesAt(issues, name)}>
      {attributes => (
        <input
          {...attributes}
          class="input"
          type="datetime-local"
          value={doc[name] === undefined ? '' : toLocalInput(Number(doc[name]))}
          onChange={event => {
            const { [name]: _, ...rest } = doc;
            const ms = fromLocalInput(event.currentTarget.value);
            onChange(ms === undefined ? rest : { ...doc, [name]: ms });
          }}
        />
      )}
    </Field>
  );
  const kinds = [
    [false, w.once],
    [true, w.recurring],
  ] as const;
  return (
    <>
      <fieldset class="bare row wide-field" aria-label={w.kind}>
        {kinds.map(([recurring, text]) => (
          <button
            key={text}
            type="button"
            class="button"
            aria-pressed={(calendar !== undefined) === recurring}
            onClick={() => setRecurring(recurring)}
          >
            {text}
          </button>
        ))}
      </fieldset>
      {calendar === undefined ? (
        <>
          {instant('starts_at', w.starts)}
          {instant('ends_at', w.ends)}
        </>
      ) : (
        <>
          {(['from', 'to'] as const).map(name => (
            <Field key={name} label={w[name]} issues={issuesAt(issues, `calendar.${name}`)}>
              {attributes => (
                <input
                  {...attributes}
                  class="input"
                  type="time"
                  value={calendar[name]}
                  onInput={event => onChange({ ...doc, calendar: { ...calendar, [name]: event.currentTarget.value } })}
                />
              )}
            </Field>
          ))}
          <WeekDays
            days={calendar.days}
            onDays={days => {
              const { days: _, ...rest } = calendar;
              onChange({ ...doc, calendar: days === undefined ? rest : { ...calendar, days } });
            }}
          />
          <TextField
            label={w.zone}
            value={calendar.zone}
            onText={zone => onChange({ ...doc, calendar: { ...calendar, zone } })}
            issues={issuesAt(issues, 'calendar.zone')}
          />
          {instant('ends_at', w.endsOptional)}
        </>
      )}
    </>
  );
}

function nextHours(): { readonly starts_at: number; readonly ends_at: number } {
  return { starts_at: now.peek(), ends_at: now.peek() + 2 * HOUR };
}

/** Two hours from now over what the address names: `?m.job=x&m.topic=y`. */
function firstDraft(): SilenceDocument {
  const named = [...query.peek()].flatMap(([name, value]) =>
    name.startsWith('m.') ? [[name.slice(2), value] as const] : [],
  );
  return { matchers: Object.fromEntries(named.length > 0 ? named : [['', '']]), comment: '', ...nextHours() };
}

/** Without what only the view has. */
function documentOf({ id: _, version: __, state: ___, managed: ____, ...document }: Silence): SilenceDocument {
  return document;
}
