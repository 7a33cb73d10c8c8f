import type { JSX } from 'preact';
import type { Level } from '../../api/estate.ts';
import type { Finding, Severity } from '../../api/lineage-check.ts';
import { link } from '../../app/router.ts';
import { words } from '../../i18n/language.ts';
import { LevelBadge } from '../../parts/level.tsx';
import { excerptOf } from './finding-places.ts';

const LEVELS: Record<Severity, Level> = { error: 'critical', warning: 'warning', info: 'unknown' };
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
