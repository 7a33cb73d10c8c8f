import type { JSX } from 'preact';

const KEYWORDS =
  'ADD ALL AND AS ASC BETWEEN BY CASE CAST CATALOG CREATE CROSS CURRENT DATABASE DAY DESC DESCRIPTOR DISTINCT ELSE END EXCEPT EXISTS FALSE FOR FROM FULL FUNCTION GROUP HAVING HOUR IF IN INNER INSERT INTERSECT INTERVAL INTO IS JOIN KEY LATERAL LEFT LIKE LIMIT MINUTE NOT NULL OF ON OR ORDER OUTER OVER OVERWRITE PARTITION PRIMARY RIGHT ROW ROWS SECOND SELECT SET STATEMENT SYSTEM_TIME TABLE TEMPORARY THEN TIME TRUE UNION UNNEST USE VALUES VIEW WATERMARK WHEN WHERE WINDOW WITH';
const KEYWORD_SET = new Set(KEYWORDS.split(' '));
const TOKEN = /(--[^\n]*|\/\*[\s\S]*?\*\/)|('(?:[^']|'')*')|(`[^`]*`)|(\b\d+(?:\.\d+)?\b)|([A-Za-z_][\w]*)|([\s\S])/g;

interface Piece {
  readonly kind: 'c' | 's' | 'n' | 'k' | '';
  readonly text: string;
}

/** Splits Flink SQL for colouring only: comments, strings, numbers, keywords and the rest, in order and complete. */
function pieces(sql: string): Piece[] {
  const out: Piece[] = [];
  for (const [text, comment, string, , number, word] of sql.matchAll(TOKEN)) {
    const kind = comment ? 'c' : string ? 's' : number ? 'n' : word && KEYWORD_SET.has(word.toUpperCase()) ? 'k' : '';
    const last = out.at(-1);
    if (kind === '' && last?.kind === '') out[out.length - 1] = { kind, text: last.text + text };
    else out.push({ kind, text });
  }
  return out;
}

/** SQL with coloured keywords. */
export function Sql({ text }: { text: string }): JSX.Element {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <pre class="code" tabIndex={0}>
      {pieces(text).map((piece, i) =>
        piece.kind === '' ? (
          piece.text
        ) : (
          <span key={i} class={piece.kind}>
            {piece.text}
          </span>
        ),
      )}
    </pre>
  );
}
