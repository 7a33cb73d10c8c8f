import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useLive } from '../../api/live.ts';
import { deleteRule, getRule, getRuleHistory, nextRuns, type Rule, type RuleHistory } from '../../api/rules.ts';
import { link, navigate } from '../../app/router.ts';
import { rangeKey, timeRange } from '../../app/time-range.ts';
import { exact } from '../../format/number.ts';
import { clockSeconds, fullTime } from '../../format/time.ts';
import { moreWords } from '../../i18n/alerting-more.ts';
import { words } from '../../i18n/language.ts';
import { Card } from '../../parts/card.tsx';
import { CopyButton } from '../../parts/copy-button.tsx';
import { Region } from '../../parts/states.tsx';
import { tip } from '../../parts/tip.ts';
import { useYaml } from './conflict-card.tsx';
import { documentOf } from './document.ts';
import { OriginNote } from './origin-note.tsx';
import { groupText, RuleHealth } from './rule-list.tsx';
import { describeMatchers, describeMetric, isZero } from './rule-text.ts';

/** Groups a history strip shows at most, gravest first. */
const SHOWN_GROUPS = 20;
const NEXT = 5;

/** A rule in words: what it asks, when, and how its last evaluations went. */
export function RulePage({ id }: { id: string }): JSX.Element {
  const live = useLive(`rule/${id}`, signal => getRule(id, signal));
  return <Region live={live}>{rule => <Content rule={rule} />}</Region>;
}

function Content({ rule }: { rule: Rule }): JSX.Element {
  const { rules: w, severity } = words();
  const yaml = useYaml([documentOf(rule)])?.[0];
  const history = useLive(`rulehistory/${rule.id}/${rangeKey.value}`, signal => {
    const { from, to } = timeRange.peek();
    return getRuleHistory(rule.id, from, to, signal);
  });
  return (
    <div class="stack" style={{ gap: '16px' }} data-testid="rule-page">
      <Actions rule={rule} />
      <OriginNote rule={rule} />
      <div class="rule-columns">
        <section class="card">
          <div class="card-body alert-head">
            <p class="row wrap">
              <RuleHealth rule={rule} />
              {rule.level && <span class="pill">{severity[rule.level as 'info'] ?? rule.level}</span>}
              {(rule.late_after_eval ?? 0) > 0 && <span class="muted">{w.late(rule.late_after_eval ?? 0)}</span>}
            </p>
            <h1>{rule.name}</h1>
            {rule.condition && <p class="formula mono">{rule.condition}</p>}
            {rule.levels?.map(l => (
              <p key={l.level} class="formula mono">
                {l.level}: {l.condition}
              </p>
            ))}
          </div>
          <div class="table-scroll">
            <table class="table">
              <tbody>
                {rule.metrics.map((metric, i) => (
                  <tr key={i}>
                    <td class="mono muted">{`{${i}}`}</td>
                    <td>{metric.name ?? ''}</td>
                    <td class="mono soft">{describeMetric(metric)}</td>
                    <td class="muted">{metric.offset && !isZero(metric.offset) ? w.ago(metric.offset) : w.current}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </section>
        <section class="card">
          <div class="card-body">
            <Facts rule={rule} />
          </div>
        </section>
      </div>
      <Card title={w.history}>
        <Region live={history} rows={3}>
          {data => <Strips history={data} />}
        </Region>
      </Card>
      <Card title={w.document} more={<CopyButton label={words().action.copy} text={() => yaml ?? ''} />}>
        <pre class="code">{yaml}</pre>
      </Card>
    </div>
  );
}

/** Edit, copy, versions and deletion; a file's rule is changed in its file. */
function Actions({ rule }: { rule: Rule }): JSX.Element {
  const { rules } = words();
  const { editor: w } = moreWords();
  const [failure, setFailure] = useState('');
  const base = `/rules/${encodeURIComponent(rule.id)}`;
  const remove = (): void => {
    if (!window.confirm(w.removeSure(rule.name))) return;
    deleteRule(rule.id).then(
      () => navigate(link('/rules')),
      error => setFailure(w.failed(error instanceof Error ? error.message : String(error))),
    );
  };
  return (
    <p class="row wrap">
      <a class="grow" href={link('/rules')}>
        ← {rules.back}
      </a>
      {failure && (
        <span role="alert" class="level-critical">
          {failure}
        </span>
      )}
      {rule.origin !== 'file' && (
        <a class="button primary" href={link(`${base}/edit`)}>
          {w.edit}
        </a>
      )}
      <a class="button" href={link('/rules/new', { copy: rule.id })}>
        {w.duplicate}
      </a>
      <a class="button" href={link(`${base}/versions`)}>
        {w.versions}
      </a>
      {rule.origin !== 'file' && (
        <button type="button" class="button" onClick={remove}>
          {w.remove}
        </button>
      )}
    </p>
  );
}

function Facts({ rule }: { rule: Rule }): JSX.Element {
  const { rules: w } = words();
  const next = useLive(`next/${rule.schedule}/${rule.zone ?? ''}`, signal =>
    nextRuns(rule.schedule, rule.zone, NEXT, signal),
  );
  const matchers = describeMatchers(rule.matchers);
  const facts: readonly (readonly [string, string | undefined])[] = [
    [w.window, rule.window],
    [w.groupBy, groupText(rule, w.total)],
    [w.matchers, matchers],
    [w.for, isZero(rule.for) ? '' : rule.for],
    [w.keepFiring, isZero(rule.keep_firing_for) ? '' : rule.keep_firing_for],
    [w.recovery, rule.recovery ?? ''],
    [w.repeat, isZero(rule.repeat_interval) ? w.never : rule.repeat_interval],
    [w.delay, rule.delay],
    [w.receivers, rule.receivers?.join(', ')],
    [w.summary, rule.summary ?? undefined],
  ];
  return (
    <dl class="facts">
      <dt>{w.schedule}</dt>
      <dd class="mono">{rule.schedule}</dd>
      <dt>{w.zone}</dt>
      <dd>{rule.zone ?? 'UTC'}</dd>
      <dt>{w.nextRuns}</dt>
      <dd>
        {next.data?.next.map(iso => (
          <div key={iso} {...tip(fullTime(Date.parse(iso)))}>
            {clockSeconds(Date.parse(iso))}
          </div>
        )) ?? '–'}
      </dd>
      {facts
        .filter(([, value]) => value)
        .map(([name, value]) => (
          <>
            <dt key={name}>{name}</dt>
            <dd>{value}</dd>
          </>
        ))}
    </dl>
  );
}

function Strips({ history }: { history: RuleHistory }): JSX.Element {
  const { alerts: w } = words();
  const strips = new Map<
    string,
    { readonly t: number; readonly state: string; readonly values: readonly (number | null)[] }[]
  >();
  for (const tick of history.ticks) {
    for (const group of tick.groups) {
      const name = describeMatchers(group.labels) || '{}';
      const strip = strips.get(name) ?? [];
      strip.push({ t: tick.t, state: group.state, values: group.values });
      strips.set(name, strip);
    }
  }
  if (strips.size === 0) return <p class="card-body muted">{w.noHistory}</p>;
  const firing = (ticks: readonly { readonly state: string }[]): number =>
    ticks.filter(t => t.state === 'firing').length;
  const sorted = [...strips].sort((a, b) => firing(b[1]) - firing(a[1])).slice(0, SHOWN_GROUPS);
  return (
    <div class="card-body strips">
      {sorted.map(([name, ticks]) => (
        <div key={name} class="strip">
          <span class="mono ellipsis soft" {...tip(name)}>
            {name}
          </span>
          <div class="ticks" role="img" aria-label={name}>
            {ticks.map(tick => (
              <i
                key={tick.t}
                class={`tick tick-${tick.state}`}
                {...tip(
                  `${clockSeconds(tick.t)}  ${w.states[tick.state as 'firing'] ?? tick.state}`,
                  tick.values.map(v => exact(v, 3)).join(' · '),
                )}
              />
            ))}
          </div>
        </div>
      ))}
    </div>
  );
}
