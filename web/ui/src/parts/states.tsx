/** What a region shows instead of data: it loads, there is nothing, it failed. Each says what to do. */
import type { ComponentChildren, JSX } from 'preact';
import type { ApiError } from '../api/client.ts';
import { type Live, refreshNow } from '../api/live.ts';
import { words } from '../i18n/language.ts';

export function Loading({ rows = 5 }: { rows?: number }): JSX.Element {
  const widths = ['72%', '88%', '64%', '80%', '56%'];
  return (
    <div class="card-body stack" role="status" aria-label={words().state.loading}>
      {Array.from({ length: rows }, (_, i) => (
        <div key={i} class="skeleton" style={{ width: widths[i % widths.length] }} />
      ))}
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }): JSX.Element {
  return (
    <div class="state">
      <svg
        width="40"
        height="24"
        viewBox="0 0 40 24"
        aria-hidden="true"
        fill="none"
        stroke="var(--line-strong)"
        stroke-width="2"
        stroke-linecap="round"
      >
        <path d="M2 8c6 0 6 4 12 4s6-4 12-4 6 4 12 4M2 17c6 0 6 4 12 4s6-4 12-4 6 4 12 4" />
      </svg>
      <strong>{title}</strong>
      {children}
    </div>
  );
}

export function Failure({ error }: { error: ApiError }): JSX.Element {
  const { state } = words();
  const missing = error.status === 404;
  const advice =
    error.code === 'unreachable' ? state.unreachableAdvice : missing ? state.notFoundAdvice : state.errorAdvice;
  return (
    <div class="state" role="alert">
      <strong>{error.code === 'unreachable' ? state.unreachable : missing ? state.notFound : state.failed}</strong>
      {error.code !== 'unreachable' && <p>{error.message}</p>}
      {error.issues.map(issue => (
        <p key={`${issue.path}${issue.position}`} class="mono">
          {issue.path ? `${issue.path}: ` : ''}
          {issue.message}
        </p>
      ))}
      <p class="muted">
        {advice} <code>{error.code}</code>
      </p>
      <button type="button" class="button" onClick={refreshNow}>
        {state.retry}
      </button>
    </div>
  );
}

/** Chooses between loading, failure and content; a failed refresh leaves the old content standing under a notice. */
export function Region<T>({
  live,
  rows,
  children,
}: {
  live: Live<T>;
  rows?: number;
  children: (data: T) => ComponentChildren;
}): JSX.Element {
  if (live.data === undefined)
    return live.error ? <Failure error={live.error} /> : <Loading {...(rows ? { rows } : {})} />;
  return (
    <>
      {live.error && live.error.code !== 'unreachable' && (
        <div class="notice">{words().state.refreshFailed(live.error.message)}</div>
      )}
      {children(live.data)}
    </>
  );
}
