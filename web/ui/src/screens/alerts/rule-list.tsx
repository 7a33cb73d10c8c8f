import type { JSX } from 'preact';
import { getRules, type Rule } from '../../api/alerts.ts';
import { useLive } from '../../api/live.ts';
import { link } from '../../app/router.ts';
import { words } from '../../i18n/language.ts';
import { LevelBadge } from '../../parts/level.tsx';
import { Empty, Region } from '../../parts/states.tsx';

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
  const { rules: w } = words();
  const live = useLive('rules', getRules);
  return (
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
                      </td>
                      <td>
                        <RuleHealth rule={rule} />
                      </td>
                      <td class="wide">{rule.level ?? ''}</td>
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
  );
}

/** The labels that stay apart, in words. */
export function groupText(rule: Rule, together: string): string {
  if (rule.group_by === '*') return '*';
  return rule.group_by && rule.group_by.length > 0 ? rule.group_by.join(', ') : together;
}
