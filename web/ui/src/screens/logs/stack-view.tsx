import type { JSX } from 'preact';
import { words } from '../../i18n/language.ts';
import { highlighted } from './highlight.tsx';
import { readStack } from './stack.ts';

/** A stack trace with the framework's frames folded away. */
export function Stack({ stack, wanted }: { stack: string; wanted: readonly string[] }): JSX.Element {
  const { logs: w } = words();
  return (
    <div class="stack-trace mono" data-testid="stack">
      {readStack(stack).map((part, i) =>
        part.kind === 'folded' ? (
          <details key={i} class="folded">
            <summary>{w.hiddenFrames(part.lines.length)}</summary>
            {part.lines.map((line, n) => (
              <div key={n} class="muted">
                {line.trim()}
              </div>
            ))}
          </details>
        ) : (
          <div key={i} class={part.kind}>
            {highlighted(part.text.trim(), wanted)}
          </div>
        ),
      )}
    </div>
  );
}
