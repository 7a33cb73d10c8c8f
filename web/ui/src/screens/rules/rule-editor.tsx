import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { ApiError, type InputIssue } from '../../api/client.ts';
import { useLive } from '../../api/live.ts';
import {
  createRule,
  getCatalog,
  getRule,
  getRuleVersions,
  previewRule,
  type Rule,
  type RuleDocument,
  updateRule,
} from '../../api/rules.ts';
import { link, navigate, param, setParams } from '../../app/router.ts';
import { moreWords } from '../../i18n/alerting-more.ts';
import { language } from '../../i18n/language.ts';
import { useLeaveGuard } from '../../parts/leave-guard.ts';
import { useSettled } from '../../parts/use-settled.ts';
import { type Conflict, ConflictCard } from './conflict-card.tsx';
import { documentOf, finished } from './document.ts';
import { OriginNote } from './origin-note.tsx';
import { PreviewSide } from './preview-side.tsx';
import { RuleForm } from './rule-form.tsx';
import { TextSide } from './text-side.tsx';

const SIDES = ['preview', 'yaml', 'json'] as const;
/** The preview runs when nothing has been typed for this long. */
const PAUSE_MS = 500;
/** Stands for a name that is not typed yet, which only saving needs. */
const UNNAMED = 'preview';

interface Props {
  readonly draft: RuleDocument;
  /** The rule that is edited, as it was read; null makes a new one. */
  readonly rule: Rule | null;
}

/** Form and text of one document side by side, with what it would have done; saved only over the version that was read. */
export function RuleEditor({ draft, rule }: Props): JSX.Element {
  const { editor: w } = moreWords();
  const [doc, setDoc] = useState(draft);
  const [base, setBase] = useState(rule);
  const [saving, setSaving] = useState(false);
  const [failure, setFailure] = useState<ApiError | null>(null);
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const document = finished(doc);
  const dirty = JSON.stringify(document) !== JSON.stringify(finished(base ? documentOf(base) : draft));
  useLeaveGuard(dirty && !saving);

  const settled = useSettled(JSON.stringify({ ...document, name: document.name || UNNAMED }), PAUSE_MS);
  const preview = useLive(`preview/${settled}`, signal => previewRule(JSON.parse(settled) as RuleDocument, signal), {
    every: Infinity,
    keepOld: true,
  });
  const issues: readonly InputIssue[] = preview.error?.issues ?? failure?.issues ?? [];
  const side = SIDES.find(each => each === param('side')) ?? 'preview';

  const change = (next: RuleDocument): void => {
    setDoc(next);
    setFailure(null);
  };
  const save = async (over: Rule | null): Promise<void> => {
    setSaving(true);
    setFailure(null);
    try {
      const saved = over ? await updateRule(over.id, document, over.version) : await createRule(document);
      navigate(link(`/rules/${encodeURIComponent(saved.id)}`));
    } catch (error) {
      setSaving(false);
      const known = error instanceof ApiError ? error : new ApiError('internal', 0, String(error));
      if (known.status === 412 && over) setConflict(await conflictOf(over.id));
      else setFailure(known);
    }
  };
  const reload = (theirs: Rule): void => {
    setBase(theirs);
    setDoc(documentOf(theirs));
    setConflict(null);
  };
  const back = base ? link(`/rules/${encodeURIComponent(base.id)}`) : link('/rules');
  return (
    <form
      class="stack"
      data-testid="rule-editor"
      onSubmit={event => {
        event.preventDefault();
        void save(base);
      }}
    >
      <div class="row wrap editor-bar">
        <h2 class="grow">{base ? w.titleEdit(base.name) : w.titleNew}</h2>
        {dirty && <span class="pill">{w.unsaved}</span>}
        <a class="button quiet" href={back}>
          {w.cancel}
        </a>
        <button type="submit" class="button primary" disabled={saving || (base !== null && !dirty)}>
          {saving ? w.saving : w.save}
        </button>
      </div>
      {base && <OriginNote rule={base} />}
      {issues.length > 0 && (
        <p class="notice" role="status">
          {w.wrong(issues.length)}:{' '}
          {issues.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join(' · ')}
        </p>
      )}
      {failure && failure.issues.length === 0 && (
        <p class="notice" role="alert">
          {w.failed(failure.message)}
        </p>
      )}
      {conflict && (
        <ConflictCard conflict={conflict} mine={document} onReload={reload} onOverwrite={theirs => void save(theirs)} />
      )}
      <div class="editor-columns">
        <RuleForm document={doc} issues={issues} onChange={change} />
        <div class="stack editor-side">
          <fieldset class="bare row" aria-label={w.side}>
            {SIDES.map(each => (
              <button
                key={each}
                type="button"
                class="button"
                aria-pressed={each === side}
                onClick={() => setParams({ side: each === 'preview' ? undefined : each })}
              >
                {w.sides[each]}
              </button>
            ))}
          </fieldset>
          {side === 'preview' ? (
            <PreviewSide document={document} preview={preview} />
          ) : (
            <TextSide key={side} notation={side} document={document} onChange={change} />
          )}
        </div>
      </div>
      <MetricNames />
    </form>
  );
}

/** What the newest text says, and whose it is. */
async function conflictOf(id: string): Promise<Conflict> {
  const [theirs, versions] = await Promise.all([
    getRule(id),
    getRuleVersions(id).catch(() => ({ items: [], next: null })),
  ]);
  return { theirs, by: versions.items.find(({ version }) => version === theirs.version) ?? versions.items[0] ?? null };
}

/** Names to complete, with their meaning. */
function MetricNames(): JSX.Element {
  const live = useLive('catalog', getCatalog, { every: 60 });
  return (
    <>
      <datalist id="rule-metrics">
        {live.data?.items.map(({ name, meaning }) => (
          <option key={name} value={name}>
            {meaning?.[language()]}
          </option>
        ))}
      </datalist>
      <datalist id="rule-zones">
        {Intl.supportedValuesOf('timeZone').map(zone => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
    </>
  );
}
