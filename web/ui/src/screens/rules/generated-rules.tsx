import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { ApiError, type InputIssue } from '../../api/client.ts';
import {
  GENERATED_KINDS,
  type GeneratedSettings,
  type GeneratedView,
  getGenerated,
  setGenerated,
} from '../../api/generated.ts';
import { refreshNow, useLive } from '../../api/live.ts';
import { link, param } from '../../app/router.ts';
import { notificationWords } from '../../i18n/notification.ts';
import { Card } from '../../parts/card.tsx';
import { useLeaveGuard } from '../../parts/leave-guard.ts';
import { Region } from '../../parts/states.tsx';
import { NamesField } from '../channels/names-field.tsx';
import { ChoiceField, issuesAt } from './field.tsx';
import { finishedSettings, JOB_KINDS } from './generated-fields.ts';
import { GeneratedKinds } from './generated-kinds.tsx';

/** How strict generated rules are, for all jobs and for some, and which jobs get none; `?job=` begins an entry for one. */
export function GeneratedRules(): JSX.Element {
  const live = useLive('rules/generated', getGenerated, { every: Infinity });
  return <Region live={live}>{view => <Editor key={view.version} view={view} />}</Region>;
}

function Editor({ view }: { view: GeneratedView }): JSX.Element {
  const { generated: w, form } = notificationWords();
  const [base, setBase] = useState(view);
  const [settings, setSettings] = useState(() => withJob(view.settings, param('job')));
  const [failure, setFailure] = useState<ApiError | null>(null);
  const [theirs, setTheirs] = useState<GeneratedView | null>(null);
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState('');
  const finished = finishedSettings(settings);
  const dirty = JSON.stringify(finished) !== JSON.stringify(finishedSettings(base.settings));
  const issues: readonly InputIssue[] = failure?.issues ?? [];
  useLeaveGuard(dirty && !busy);
  const change = (next: GeneratedSettings): void => {
    setSettings(next);
    setDone('');
  };
  const save = async (version: string): Promise<void> => {
    setBusy(true);
    setFailure(null);
    setTheirs(null);
    try {
      const saved = await setGenerated(finished, version);
      setBase(saved);
      setSettings(saved.settings);
      setDone(form.saved);
      refreshNow();
    } catch (error) {
      const known = error instanceof ApiError ? error : new ApiError('internal', 0, String(error));
      const newest = known.status === 412 ? await getGenerated().catch(() => null) : null;
      if (newest) setTheirs(newest);
      else setFailure(known);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      class="stack"
      data-testid="generated"
      onSubmit={event => {
        event.preventDefault();
        void save(base.version);
      }}
    >
      <div class="row wrap editor-bar">
        <h2 class="grow">{w.title}</h2>
        {dirty && <span class="pill">{form.unsaved}</span>}
        <a class="button quiet" href={link('/rules')}>
          {form.back}
        </a>
        <button type="submit" class="button primary" disabled={busy || !dirty}>
          {busy ? form.saving : form.save}
        </button>
      </div>
      <p class="muted">{w.how}</p>
      <p role="status" class="form-note soft">
        {done}
      </p>
      {failure && (
        <p class="notice" role="alert">
          {form.failed(issues.map(({ path, message }) => `${path}: ${message}`).join(' · ') || failure.message)}
        </p>
      )}
      {theirs && (
        <div class="notice wrap" role="alert" data-testid="conflict">
          <span class="grow">{w.conflict}</span>
          <button
            type="button"
            class="button"
            onClick={() => {
              setBase(theirs);
              setSettings(theirs.settings);
              setTheirs(null);
            }}
          >
            {form.takeTheirs}
          </button>
          <button type="button" class="button" onClick={() => void save(theirs.version)}>
            {form.saveMine}
          </button>
        </div>
      )}
      <ForAll view={base} settings={settings} issues={issues} onChange={change} />
      <ForSome settings={settings} issues={issues} onChange={change} />
      <Excluded view={base} settings={settings} issues={issues} onChange={change} />
    </form>
  );
}

interface PartProps {
  readonly settings: GeneratedSettings;
  readonly issues: readonly InputIssue[];
  readonly onChange: (settings: GeneratedSettings) => void;
}

function ForAll({ view, settings, issues, onChange }: PartProps & { view: GeneratedView }): JSX.Element {
  const { generated: w } = notificationWords();
  const { enabled, ...rest } = settings;
  const fromFile = view.settings.enabled === undefined ? view.effective.enabled !== false : undefined;
  return (
    <Card title={w.forAll}>
      <div class="card-body fields">
        <ChoiceField
          label={w.enabled}
          {...(enabled === undefined && fromFile !== undefined
            ? { hint: w.inherited(fromFile ? w.modes.on : w.modes.off) }
            : {})}
          value={enabled === undefined ? 'inherit' : enabled ? 'on' : 'off'}
          choices={(['inherit', 'on', 'off'] as const).map(each => [each, w.modes[each]] as const)}
          onChoice={choice => onChange(choice === 'inherit' ? rest : { ...settings, enabled: choice === 'on' })}
        />
        <GeneratedKinds
          kinds={GENERATED_KINDS}
          settings={settings}
          inherited={inheritedOf(view)}
          path=""
          issues={issues}
          onChange={onChange}
        />
      </div>
    </Card>
  );
}

function ForSome({ settings, issues, onChange }: PartProps): JSX.Element {
  const { generated: w, form } = notificationWords();
  const jobs = settings.jobs ?? [];
  const set = (next: typeof jobs): void => onChange({ ...settings, jobs: next });
  return (
    <Card
      title={w.forSome}
      count={jobs.length || undefined}
      more={
        <button type="button" class="button" onClick={() => set([...jobs, { match: [] }])}>
          + {w.addEntry}
        </button>
      }
    >
      <div class="card-body stack">
        <p class="muted">{w.forSomeHow}</p>
        {jobs.map((entry, i) => (
          <fieldset key={i} class="bare fields kind-fields" aria-label={w.entry(i + 1)} data-testid="generated-entry">
            <NamesField
              label={w.match}
              names={entry.match}
              onChange={match => set(jobs.with(i, { ...entry, match }))}
              issues={issuesAt(issues, `jobs.${i}.match`)}
            />
            <GeneratedKinds
              kinds={JOB_KINDS}
              settings={entry}
              path={`jobs.${i}.`}
              issues={issues}
              onChange={changed => set(jobs.with(i, changed))}
            />
            <div class="wide-field">
              <button type="button" class="button quiet" onClick={() => set(jobs.filter((_, at) => at !== i))}>
                {form.removeIt}
              </button>
            </div>
          </fieldset>
        ))}
      </div>
    </Card>
  );
}

function Excluded({ view, settings, issues, onChange }: PartProps & { view: GeneratedView }): JSX.Element {
  const { generated: w } = notificationWords();
  const field = (name: 'jobs' | 'owners', label: string): JSX.Element => {
    const own = view.settings.exclude?.[name] ?? [];
    const fromFile = (view.effective.exclude?.[name] ?? []).filter(each => !own.includes(each));
    return (
      <NamesField
        label={label}
        {...(fromFile.length > 0 ? { hint: w.fromFile(fromFile.join(', ')) } : {})}
        names={settings.exclude?.[name] ?? []}
        onChange={names => onChange({ ...settings, exclude: { ...settings.exclude, [name]: names } })}
        issues={issuesAt(issues, `exclude.${name}`)}
      />
    );
  };
  return (
    <Card title={w.exclude}>
      <div class="card-body fields">
        {field('jobs', w.excludeJobs)}
        {field('owners', w.excludeOwners)}
      </div>
    </Card>
  );
}

/** What holds for kinds the API does not set: the configuration's word. What it sets hides the configuration's, which is then not known here. */
function inheritedOf({ settings, effective }: GeneratedView): GeneratedSettings {
  return Object.fromEntries(
    GENERATED_KINDS.flatMap(kind => (settings[kind] === undefined ? [[kind, effective[kind]] as const] : [])),
  );
}

function withJob(settings: GeneratedSettings, job: string): GeneratedSettings {
  if (job === '' || settings.jobs?.some(({ match }) => match.includes(job))) return settings;
  return { ...settings, jobs: [{ match: [job] }, ...(settings.jobs ?? [])] };
}
