/** Where findings are in a script: as parts to underline, and as a line with a caret. Pure. */
import type { Finding } from '../../api/lineage-check.ts';

interface Mark {
  readonly from: number;
  readonly to: number;
  readonly severity: Finding['severity'];
}

const GRAVITY: Record<Finding['severity'], number> = { error: 2, warning: 1, info: 0 };

/** Underlined parts in order; of findings at one place the gravest is drawn, and what begins inside another is left out. */
export function marksOf(findings: readonly Finding[], length: number): Mark[] {
  const marks: Mark[] = [];
  const sorted = [...findings].sort((a, b) => a.position - b.position || GRAVITY[b.severity] - GRAVITY[a.severity]);
  for (const { position, length: width, severity } of sorted) {
    if (position < (marks.at(-1)?.to ?? 0) || position >= length) continue;
    marks.push({ from: position, to: Math.min(length, position + Math.max(1, width)), severity });
  }
  return marks;
}

/** Widest piece of a line that is shown around a finding, characters. */
const EXCERPT = 100;

/** The line of a finding and a caret under its place; of a long line the part around it. */
export function excerptOf(sql: string, { position, column, length }: Finding): { line: string; caret: string } {
  const start = position - (column - 1);
  const end = sql.indexOf('\n', start);
  const whole = sql.slice(start, end < 0 ? sql.length : end).replaceAll('\t', ' ');
  const cut = column - 1 > EXCERPT / 2 ? column - 1 - EXCERPT / 2 : 0;
  const line = `${cut > 0 ? '…' : ''}${whole.slice(cut, cut + EXCERPT)}`;
  const indent = column - 1 - cut + (cut > 0 ? 1 : 0);
  const width = Math.max(1, Math.min(length, line.length - indent));
  return { line, caret: `${blankOf(line.slice(0, indent))}${'^'.repeat(width)}` };
}

/** Blanks as wide as the text: Chinese characters take two columns, as the ideographic space does. */
function blankOf(text: string): string {
  return text.replaceAll(/[\u2E80-\u9FFF\uF900-\uFAFF\uFF01-\uFF60]/g, '\u3000').replaceAll(/[^\u3000]/g, ' ');
}
