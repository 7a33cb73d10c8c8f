import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { refreshNow, useLive } from '../../api/live.ts';
import { getOptedOut, getRules, type Rule, restoreRule } from '../../api/rules.ts';
import { link } from '../../app/router.ts';
import { moreWords } from '../../i18n/alerting-more.ts';
import { words } from '../../i18n/language.ts';
import { notificationWords } from '../../i18n/notification.ts';
import { Card } from '../../parts/card.tsx';
import { LevelBadge } from '../../parts/level.tsx';
import { Empty, Region } from '../../parts/states.tsx';
import { tip } from '../../parts/tip.ts';

/** Health of a rule's evaluation, which is not the state of its alerts. */
export function RuleHealth({ rule }: { rule: Rule }): JSX.Element {
  const { rules: w } = words();
  if (rule.enabled === false) return <LevelBadge level="unknown" text={w.disabled} />;
  if (rule.health?.state === 'error')
    return <LevelBadge level="critical" text={w.healthError(rule.health.code ?? '')} />;
  return <LevelBadge level="ok" text={w.healthOk} />;
}

/** Every rule with its schedule, condition and health. */
export function RuleList(): JSX.Element {
  const { rules: w, severity } = words();
  const { editor } = moreWords();
  const { importRules, generated } = notificationWords();
  const live = useLive('rules', getRules);
  return (
    <div class="stack" style={{ gap: '16px' }}>
      <p class="row wrap">
        <a class="button primary" href={link('/rules/new')}>
          {editor.create}
        </a>
        <a class="button" href={link('/rules/import')}>
          {importRules.open}
        </a>
        <a class="button" href={link('/rules/generated')}>
          {generated.open}
        </a>
      </p>
      <section class="card">
        <Region live={live}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty title={w.none}>
                <p>{w.noneHow}</p>
              </Empty>
            ) : (
              <div class="table-scroll">
                <table class="table">
                  <thead>
                    <tr>
                      <th>{w.name}</th>
                      <th>{w.health}</th>
                      <th class="wide">{w.level}</th>
                      <th class="wide">{w.schedule}</th>
                      <th class="wide">{w.condition}</th>
                      <th class="wide">{w.groupBy}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {items.map(rule => (
                      <tr key={rule.id} data-testid="rule">
                        <td>
                          <a href={link(`/rules/${encodeURIComponent(rule.id)}`)}>{rule.name}</a>
                          {rule.origin !== undefined && rule.origin !== 'api' && (
                            <span class="pill rule-origin" {...tip(rule.file ?? rule.source)}>
                              {editor.origins[rule.origin]}
                            </span>
                          )}
                        </td>
                        <td>
                          <RuleHealth rule={rule} />
                        </td>
                        <td class="wide">{severity[(rule.level ?? 'warning') as 'info'] ?? rule.level}</td>
                        <td class="mono wide">{rule.schedule}</td>
                        <td class="mono wide rule-condition">
                          <span class="ellipsis">
                            {rule.condition ?? rule.levels?.map(l => `${l.level}: ${l.condition}`).join(' · ')}
                          </span>
                        </td>
                        <td class="wide">{groupText(rule, w.total)}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )
          }
        </Region>
      </section>
      <OptedOut />
    </div>
  );
}

/** Generated rules that somebody deleted, with the way back; nothing when there is none. */
function OptedOut(): JSX.Element | null {
  const { editor: w } = moreWords();
  const live = useLive('rules/opted-out', getOptedOut);
  const [failure, setFailure] = useState('');
  const items = live.data?.items ?? [];
  if (items.length === 0) return null;
  const restore = (id: string): void => {
    restoreRule(id).then(refreshNow, error =>
      setFailure(w.failed(error instanceof Error ? error.message : String(error))),
    );
  };
  return (
    <Card title={w.optedOut} count={items.length}>
      <p role="status" class={failure ? 'card-body level-critical' : ''}>
        {failure}
      </p>
      <ul class="lines">
        {items.map(({ id, name }) => (
          <li key={id} class="row opted-out">
            <span class="grow ellipsis">{name}</span>
            <button type="button" class="button" onClick={() => restore(id)}>
              {w.restore}
            </button>
          </li>
        ))}
      </ul>
    </Card>
  );
}

/** The labels that stay apart, in words. */
export function groupText(rule: Rule, together: string): string {
  if (rule.group_by === '*') return '*';
  return rule.group_by && rule.group_by.length > 0 ? rule.group_by.join(', ') : together;
}
