import type { JSX } from 'preact';
import type { Level } from '../../api/estate.ts';
import type { Finding, Severity } from '../../api/lineage-check.ts';
import { link } from '../../app/router.ts';
import { words } from '../../i18n/language.ts';
import { LevelBadge } from '../../parts/level.tsx';

const LEVELS: Record<Severity, Level> = { error: 'critical', warning: 'warning', info: 'unknown' };
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
  return { line, caret: `${' '.repeat(indent)}${'^'.repeat(width)}` };
}

interface Props {
  readonly sql: string;
  readonly findings: readonly Finding[];
  /** Puts the cursor where a finding is. */
  readonly onGo: (finding: Finding) => void;
}

/** What was found, in the order of the script: line with caret, hint, and whom else it concerns. */
export function FindingList({ sql, findings, onGo }: Props): JSX.Element {
  const { check: w } = words();
  return (
    <ol class="findings">
      {findings.map(finding => {
        const { line, caret } = excerptOf(sql, finding);
        return (
          <li key={`${finding.position} ${finding.code} ${finding.message}`} data-testid="finding">
            <p class="row wrap">
              <LevelBadge level={LEVELS[finding.severity]} text={w.severities[finding.severity]} />
              <button type="button" class="value-link" onClick={() => onGo(finding)}>
                {w.place(finding.line, finding.column)}
              </button>
              <span>{finding.message}</span>
              <code class="muted">{finding.code}</code>
            </p>
            <pre class="finding-source mono">{`${line}\n${caret}`}</pre>
            {finding.hint && (
              <p>
                <span class="muted">{w.hint}</span> {finding.hint}
              </p>
            )}
            {(finding.related ?? []).map(({ message, node, owner }) => (
              <p key={`${message}${node}`} class="soft row wrap">
                {message}
                {node && <a href={link('/lineage', { root: node, direction: 'both', depth: 2, node })}>{w.show}</a>}
                {owner && <span class="pill">{owner}</span>}
              </p>
            ))}
          </li>
        );
      })}
    </ol>
  );
}
