import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { refreshNow, useLive } from '../../api/live.ts';
import { getRule, getRuleVersions, type Rule, type RuleVersion, rollbackRule } from '../../api/rules.ts';
import { link, param } from '../../app/router.ts';
import { fullTime } from '../../format/time.ts';
import { moreWords } from '../../i18n/alerting-more.ts';
import { Card } from '../../parts/card.tsx';
import { Empty, Region } from '../../parts/states.tsx';
import { useYaml } from './conflict-card.tsx';
import { DiffView } from './diff-view.tsx';
import { documentOf } from './document.ts';

/** What a rule said before, what each change was, and the way back. `?version=` chooses one. */
export function Versions({ id }: { id: string }): JSX.Element {
  const { versions: w } = moreWords();
  const rule = useLive(`rule/${id}`, signal => getRule(id, signal));
  const live = useLive(`versions/${id}`, signal => getRuleVersions(id, signal));
  return (
    <div class="stack" data-testid="versions">
      <Region live={rule}>
        {found => (
          <>
            <p>
              <a href={link(`/rules/${encodeURIComponent(id)}`)}>← {found.name}</a>
            </p>
            <h2>{w.title(found.name)}</h2>
            <Region live={live}>{({ items }) => <Content rule={found} versions={items} />}</Region>
          </>
        )}
      </Region>
    </div>
  );
}

function Content({ rule, versions }: { rule: Rule; versions: readonly RuleVersion[] }): JSX.Element {
  const { versions: w, editor } = moreWords();
  const [outcome, setOutcome] = useState('');
  const index = Math.max(
    0,
    versions.findIndex(({ version }) => version === param('version')),
  );
  const chosen = versions[index];
  if (!chosen) return <Empty title={w.none} />;
  const rollback = (): void => {
    rollbackRule(rule.id, chosen.version).then(
      () => {
        setOutcome(w.rolledBack);
        refreshNow();
      },
      error => setOutcome(editor.failed(error instanceof Error ? error.message : String(error))),
    );
  };
  return (
    <div class="version-columns">
      <ul class="card lines">
        {versions.map(each => (
          <li key={each.version}>
            <a
              class="version-item"
              href={link(`/rules/${encodeURIComponent(rule.id)}/versions`, { version: each.version })}
              {...(each === chosen ? { 'aria-current': 'true' as const } : {})}
            >
              <span>{fullTime(each.at)}</span>
              <span class="muted">
                {each.who}
                {each.version === rule.version && ` · ${w.newest}`}
              </span>
            </a>
          </li>
        ))}
      </ul>
      <Card
        title={versions[index + 1] ? w.against : w.first}
        more={
          rule.origin !== 'file' &&
          chosen.version !== rule.version && (
            <button type="button" class="button" onClick={rollback}>
              {w.rollback}
            </button>
          )
        }
      >
        <p role="status" class={outcome ? 'card-body' : ''}>
          {outcome}
        </p>
        <Change now={chosen} before={versions[index + 1]} />
      </Card>
    </div>
  );
}

function Change({ now, before }: { now: RuleVersion; before: RuleVersion | undefined }): JSX.Element | null {
  const { versions: w } = moreWords();
  const texts = useYaml([now.document, ...(before ? [before.document] : [])].map(documentOf));
  if (!texts) return null;
  const [after = '', earlier = after] = texts;
  return (
    <>
      {before && earlier === after && <p class="card-body muted">{w.same}</p>}
      <DiffView before={earlier} after={after} />
    </>
  );
}
