import type { JSX } from 'preact';
import type { Level } from '../../api/estate.ts';
import type { RuleImport } from '../../api/rules.ts';
import { notificationWords } from '../../i18n/notification.ts';
import { Card } from '../../parts/card.tsx';
import { LevelBadge } from '../../parts/level.tsx';

type Remark = RuleImport['remarks'][number];
const LEVELS: Record<Remark['kind'], Level> = { refused: 'critical', lost: 'warning', note: 'unknown' };
const KINDS = ['refused', 'lost', 'note'] as const;

/** Everything of a file that was not taken over as it is, with its place; what was refused first. */
export function ImportReport({ remarks }: { remarks: readonly Remark[] }): JSX.Element {
  const { importRules: w } = notificationWords();
  const sorted = remarks.toSorted((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || a.line - b.line);
  return (
    <Card title={w.report} count={remarks.length || undefined}>
      {sorted.length === 0 && <p class="card-body muted">{w.clean}</p>}
      <ul>
        {sorted.map(remark => (
          <li key={JSON.stringify(remark)} class="import-remark" data-testid="import-remark">
            <LevelBadge level={LEVELS[remark.kind]} text={w.kinds[remark.kind]} />
            <span>
              <span class="strong">{remark.alert}</span> {remark.message}
            </span>
            <span class="muted">{w.at(remark.line, remark.column)}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
