import './forms.css';
import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import { ApiError, type InputIssue } from '../../api/client.ts';
import {
  createDocument,
  type DocumentKind,
  deleteDocument,
  getDocument,
  type Stored,
  updateDocument,
} from '../../api/documents.ts';
import { refreshNow } from '../../api/live.ts';
import { link, navigate } from '../../app/router.ts';
import { notificationWords } from '../../i18n/notification.ts';
import { useLeaveGuard } from '../../parts/leave-guard.ts';
import { HIDDEN } from './channel-fields.ts';
import { changedFields, cleaned, documentOf, fieldAt } from './written.ts';

interface Props<D extends object> {
  readonly kind: DocumentKind;
  /** Of what is saved; null while it is new. */
  readonly title: (saved: (D & Stored) | null) => string;
  /** The document as it was read; null makes a new one. */
  readonly stored: (D & Stored) | null;
  readonly draft: D;
  /** Changes what was read before the form opens on it. */
  readonly begin?: ((document: D) => D) | undefined;
  /** Path of the list it belongs to. */
  readonly back: string;
  /** Path after it was saved; the list's by default. */
  readonly saved?: (id: string) => string;
  /** What is asked before it is deleted. */
  readonly removeSure: (saved: D & Stored) => string;
  /** The last change before it is sent. */
  readonly finish?: (document: D) => D;
  /** The fields; read-only where the document is. */
  readonly children: (form: DocumentForm<D>) => ComponentChildren;
  /** What stands beside the fields: previews, tests. */
  readonly side: (form: DocumentForm<D>) => ComponentChildren;
}

/** What the parts of a form get. */
export interface DocumentForm<D> {
  readonly document: D;
  /** The same as it would be sent. */
  readonly finished: D;
  /** What is saved; null while it is new. */
  readonly saved: (D & Stored) | null;
  readonly issues: readonly InputIssue[];
  readonly onChange: (document: D) => void;
}

/**
 * Saves one document only over the version that was read, and deletes it. The daemon's complaints go to the fields they name; when somebody
 * changed or deleted it meanwhile, nothing typed is lost.
 */
export function DocumentEditor<D extends object>(props: Props<D>): JSX.Element {
  const { kind, title, stored, draft, back, removeSure, children, side } = props;
  const { form: w } = notificationWords();
  const [base, setBase] = useState(stored);
  const [doc, setDoc] = useState<D>(() => {
    const first = stored ? bare<D>(stored) : draft;
    return props.begin?.(first) ?? first;
  });
  const [failure, setFailure] = useState<ApiError | null>(null);
  const [issues, setIssues] = useState<readonly InputIssue[]>([]);
  const [theirs, setTheirs] = useState<(D & Stored) | null>(null);
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState('');
  const finished = cleaned(props.finish?.(doc) ?? doc);
  const before = cleaned(props.finish?.(base ? bare<D>(base) : draft) ?? (base ? bare<D>(base) : draft));
  const dirty = JSON.stringify(finished) !== JSON.stringify(before);
  const managed = base?.managed === true;
  useLeaveGuard(dirty && !busy && !managed);

  const change = (next: D): void => {
    // What is said against a field holds until that field changes.
    const changed = changedFields(doc, next);
    setIssues(issues.filter(({ path }) => !changed.includes(path?.split('.')[0] ?? '')));
    setDoc(next);
    setDone('');
  };
  const refused = async (error: unknown): Promise<void> => {
    const known = error instanceof ApiError ? error : new ApiError('internal', 0, String(error));
    if (known.status === 412 && base) {
      const newest = await getDocument<D & Stored>(kind, base.id).catch(() => null);
      if (newest) setTheirs(newest);
      else setFailure(known);
      return;
    }
    // Deleted meanwhile: saving again makes it anew, and secrets that were only kept have to be entered again.
    if (known.status === 404 && base) {
      setBase(null);
      setDoc(withoutKept(doc));
    }
    setFailure(known);
    const taken = known.code === 'name-taken' && known.issues.length === 0;
    const complaints = taken ? [{ path: 'name', message: known.message }] : known.issues;
    // A complaint about a field that is not there means that it is needed; the daemon says it in the words of its schema.
    setIssues(
      complaints.map(issue =>
        issue.path && fieldAt(finished, issue.path) === undefined ? { ...issue, message: w.needed } : issue,
      ),
    );
  };
  const attempt = async (act: () => Promise<void>): Promise<void> => {
    setBusy(true);
    setFailure(null);
    setIssues([]);
    setDone('');
    try {
      await act();
      refreshNow();
    } catch (error) {
      await refused(error);
    } finally {
      setBusy(false);
    }
  };
  const save = (over: (D & Stored) | null): Promise<void> =>
    attempt(async () => {
      const view = over
        ? await updateDocument<D & Stored>(kind, over.id, finished, over.version)
        : await createDocument<D & Stored>(kind, finished);
      setBase(view);
      setDoc(bare<D>(view));
      setTheirs(null);
      setDone(w.saved);
      navigate(link(props.saved?.(view.id) ?? back));
    });
  const remove = (): void => {
    if (!base || !window.confirm(removeSure(base))) return;
    void attempt(async () => {
      await deleteDocument(kind, base.id, base.version);
      setDoc(before);
      navigate(link(back));
    });
  };
  const form: DocumentForm<D> = { document: doc, finished, saved: base, issues, onChange: change };
  return (
    <form
      class="stack"
      data-testid="document-editor"
      onSubmit={event => {
        event.preventDefault();
        void save(base);
      }}
    >
      <div class="row wrap editor-bar">
        <h2 class="grow">{title(base)}</h2>
        {dirty && !managed && <span class="pill">{w.unsaved}</span>}
        <a class="button quiet" href={link(back)}>
          {managed ? w.back : w.cancel}
        </a>
        {base && !managed && (
          <button type="button" class="button" disabled={busy} onClick={remove}>
            {w.remove}
          </button>
        )}
        {!managed && (
          <button type="submit" class="button primary" disabled={busy || (base !== null && !dirty)}>
            {busy ? w.saving : w.save}
          </button>
        )}
      </div>
      <p role="status" class="form-note soft">
        {done}
      </p>
      {managed && <p class="notice">{w.managed}</p>}
      {failure && <Refusal failure={failure} issues={issues} gone={stored !== null && base === null} />}
      {theirs && (
        <div class="notice wrap" role="alert" data-testid="conflict">
          <span class="grow">
            {w.conflict} {w.conflictIn(changedFields(before, cleaned(bare<D>(theirs))).join(', '))}
          </span>
          <button
            type="button"
            class="button"
            onClick={() => {
              setBase(theirs);
              setDoc(bare<D>(theirs));
              setTheirs(null);
            }}
          >
            {w.takeTheirs}
          </button>
          <button type="button" class="button" onClick={() => void save(theirs)}>
            {w.saveMine}
          </button>
        </div>
      )}
      <div class="editor-halves">
        <fieldset class="bare stack" disabled={managed}>
          {children(form)}
        </fieldset>
        <div class="stack">{side(form)}</div>
      </div>
    </form>
  );
}

function Refusal(props: { failure: ApiError; issues: readonly InputIssue[]; gone: boolean }): JSX.Element {
  const { failure, issues, gone } = props;
  const { form: w } = notificationWords();
  const places = issues.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join(' · ');
  return (
    <p class="notice" role="alert">
      {gone ? w.gone : w.failed(places || failure.message)}
    </p>
  );
}

function bare<D extends object>(view: D & Stored): D {
  return documentOf(view) as D;
}

/** The document without secrets that stand for stored ones. */
function withoutKept<D extends object>(document: D): D {
  return Object.fromEntries(Object.entries(document).filter(([, value]) => value !== HIDDEN)) as D;
}
