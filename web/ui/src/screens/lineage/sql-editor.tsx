import type { JSX } from 'preact';
import type { Finding } from '../../api/lineage-check.ts';
import { words } from '../../i18n/language.ts';
import { marksOf } from './finding-places.ts';
import { keepSqlText, sqlText } from './sql-text.ts';

interface Props {
  readonly id: string;
  /** Of the text as it stands; empty while a newer text has not been checked. */
  readonly findings: readonly Finding[];
}

/** A text area over its own text, which shows line numbers and underlines what was found. */
export function SqlEditor({ id, findings }: Props): JSX.Element {
  const { check: w } = words();
  const text = sqlText.value;
  const lines = text.split('\n').length;
  const pieces: JSX.Element[] = [];
  let at = 0;
  for (const mark of marksOf(findings, text.length)) {
    pieces.push(<span key={at}>{text.slice(at, mark.from)}</span>);
    pieces.push(
      <span key={`m${mark.from}`} class={`squiggle squiggle-${mark.severity}`}>
        {text.slice(mark.from, mark.to)}
      </span>,
    );
    at = mark.to;
  }
  return (
    <div class="sql-editor">
      <div class="sql-lines mono" aria-hidden="true">
        {Array.from({ length: lines }, (_, i) => i + 1).join('\n')}
      </div>
      <div class="sql-text">
        <pre aria-hidden="true">
          {pieces}
          {text.slice(at)}
          {'\n'}
        </pre>
        <textarea
          id={id}
          aria-label={w.sql}
          placeholder={w.placeholder}
          value={text}
          spellcheck={false}
          autocomplete="off"
          wrap="off"
          onInput={event => keepSqlText(event.currentTarget.value)}
        />
      </div>
    </div>
  );
}
