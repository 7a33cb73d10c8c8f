import type { JSX } from 'preact';
import { diffLines } from './line-diff.ts';

const SIGNS = { same: ' ', added: '+', removed: '−' } as const;

/** Two texts as one, with what went and what came marked by sign and colour. */
export function DiffView({ before, after }: { before: string; after: string }): JSX.Element {
  return (
    <pre class="code diff">
      {diffLines(before, after).map(({ kind, text }, i) => (
        <span key={i} class={`diff-line diff-${kind}`}>
          {SIGNS[kind]} {text}
          {'\n'}
        </span>
      ))}
    </pre>
  );
}
