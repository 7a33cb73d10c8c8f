import type { Finding, Severity } from '../../lineage/check/finding.ts';
import { type Paint, printable } from '../../lineage/formats/text.ts';
import { cells } from './text-table.ts';

/** Characters of a source line that are shown around a finding. */
const WINDOW = 120;
const COLOURS = { error: 'red', warning: 'yellow', info: 'cyan' } as const satisfies Readonly<Record<Severity, string>>;

/** Findings as a compiler prints them: `file:line:column: error[code]: message`, the source line, a mark below it. */
export function findingsText(file: string, sql: string, findings: readonly Finding[], paint: Paint): string {
  const source = sql.split('\n');
  const blocks = findings.map(finding => {
    const { line, column, severity, code, message, related = [] } = finding;
    const head = `${paint('bold', `${file}:${line}:${column}:`)} ${paint(COLOURS[severity], `${severity}[${code}]`)}: ${printable(message)}`;
    const about = related.map(({ message: text, owner }) => {
      const whose = owner === undefined ? '' : ` (owner ${printable(owner)})`;
      return paint('dim', `${' '.repeat(String(line).length)} = ${printable(text)}${whose}`);
    });
    return [head, ...excerpt(source[line - 1] ?? '', finding, paint), ...about].join('\n');
  });
  return `${[...blocks, summary(findings)].join('\n')}\n`;
}

/** The line with a mark under the finding, cut to what is around it. */
function excerpt(source: string, { line, column, length, severity, hint }: Finding, paint: Paint): string[] {
  const text = source.replace(/\r$/, '');
  const from = column - 1 > WINDOW - 20 ? column - 20 : 0;
  const shown = `${from > 0 ? '…' : ''}${text.slice(from, from + WINDOW)}${text.length > from + WINDOW ? '…' : ''}`;
  const before = `${from > 0 ? '…' : ''}${text.slice(from, column - 1)}`;
  const marked = text.slice(column - 1, Math.min(column - 1 + Math.max(1, length), from + WINDOW));
  const mark = '^'.repeat(Math.max(1, cells(marked)));
  const gutter = ' '.repeat(String(line).length);
  const words = hint === undefined ? '' : ` ${printable(hint)}`;
  return [
    `${paint('dim', `${line} |`)} ${printable(shown.replaceAll('\t', ' '))}`,
    `${paint('dim', `${gutter} |`)} ${' '.repeat(cells(before))}${paint(COLOURS[severity], mark)}${words}`,
  ];
}

function summary(findings: readonly Finding[]): string {
  const counts = (['error', 'warning', 'info'] as const).flatMap(severity => {
    const count = findings.filter(finding => finding.severity === severity).length;
    const word = severity === 'info' ? 'remark' : severity;
    return count === 0 ? [] : [`${count} ${word}${count === 1 ? '' : 's'}`];
  });
  return counts.length === 0 ? 'ok' : counts.join(', ');
}
