import type { JSX } from 'preact';
import type { AlertDetail } from '../../api/alerts.ts';
import { useLive } from '../../api/live.ts';
import { explainTick, type FormulaNode, type TickExplanation } from '../../api/rules.ts';
import { param, setParams } from '../../app/router.ts';
import { exact } from '../../format/number.ts';
import { clock, clockSeconds, fullTime } from '../../format/time.ts';
import { moreWords } from '../../i18n/alerting-more.ts';
import { words } from '../../i18n/language.ts';
import { Card } from '../../parts/card.tsx';
import { LevelBadge } from '../../parts/level.tsx';
import { Region } from '../../parts/states.tsx';
import { tip } from '../../parts/tip.ts';
import { firedTick } from './fired-tick.ts';

/** Ticks on offer, the newest. */
const CHOICES = 60;

/** One tick explained: the formula as a tree with its values, and why it was told or not. `?at=` chooses the tick. */
export function ExplainCard({ alert }: { alert: AlertDetail }): JSX.Element {
  const { alert: w } = moreWords();
  const { alerts } = words();
  const ticks = alert.history.slice(-CHOICES).toReversed();
  const fired = firedTick(alert)?.t;
  const at = Number(param('at')) || (fired ?? ticks[0]?.t ?? alert.active_at ?? 0);
  const own = ownLabels(alert);
  const live = useLive(
    alert.rule_id ? `explain/${alert.id}/${at}` : null,
    signal => explainTick(alert.rule_id ?? '', at, own, signal),
    { every: Infinity, keepOld: true },
  );
  const offered =
    fired !== undefined && !ticks.some(({ t }) => t === fired) ? [...ticks, { t: fired, state: 'firing' }] : ticks;
  return (
    <Card
      title={w.why}
      more={
        offered.length > 0 && (
          <select
            class="select"
            aria-label={w.at}
            value={at}
            onChange={event => setParams({ at: event.currentTarget.value })}
          >
            {offered.map(({ t, state }) => (
              <option key={t} value={t}>
                {clockSeconds(t)} · {alerts.states[state as 'firing'] ?? state}
              </option>
            ))}
          </select>
        )
      }
    >
      <Region live={live} rows={3}>
        {explanation => <Tick explanation={explanation} />}
      </Region>
    </Card>
  );
}

function Tick({ explanation }: { explanation: TickExplanation }): JSX.Element {
  const { alert: w, preview } = moreWords();
  const { alerts } = words();
  const [group] = explanation.groups;
  if (!group) return <p class="card-body muted">{w.noExplain}</p>;
  const { why } = group;
  const state = (name: string): string => alerts.states[name as 'firing'] ?? name;
  return (
    <div class="card-body stack" data-testid="explain">
      <p class="row wrap">
        <LevelBadge level={why.told ? 'ok' : 'unknown'} text={why.told ? w.told : w.notTold} pill />
        <span {...tip(why.text)}>
          {why.told ? why.kinds?.map(kind => preview.kinds[kind] ?? kind).join(', ') : (w.codes[why.code] ?? why.text)}
        </span>
        {why.since !== undefined && (
          <span class="muted" {...tip(fullTime(why.since))}>
            {w.since(clock(why.since))}
          </span>
        )}
        {why.until !== undefined && (
          <span class="muted" {...tip(fullTime(why.until))}>
            {w.until(clock(why.until))}
          </span>
        )}
        <span class="soft">
          {group.previous_state && group.previous_state !== group.state
            ? w.from(state(group.previous_state), state(group.state))
            : state(group.state)}
        </span>
      </p>
      {group.levels.map(({ level, tree }) => (
        <ul key={level} class="formula-tree mono">
          <Part node={tree} />
        </ul>
      ))}
      {group.recovery && (
        <>
          <h3>{w.recovery}</h3>
          <ul class="formula-tree mono">
            <Part node={group.recovery} />
          </ul>
        </>
      )}
    </div>
  );
}

/** A part of the formula with its value; a number says nothing more about itself. */
function Part({ node }: { node: FormulaNode }): JSX.Element {
  const { alert: w, preview } = moreWords();
  const { value } = node;
  const literal = typeof value === 'number' && /^[\d.,e+-]+$/.test(node.text);
  const text =
    value === null
      ? w.unknown
      : typeof value === 'boolean'
        ? preview.result[value ? 'true' : 'false']
        : exact(value, 3);
  const parts = node.of?.filter(part => part.of || !/^[\d.,e+-]+$/.test(part.text)) ?? [];
  return (
    <li>
      <span class="row wrap">
        <span>{node.text}</span>
        {!literal && (
          <span
            class={`tree-value tree-${String(typeof value === 'boolean' ? value : value === null ? 'unknown' : 'number')}`}
          >
            {text}
          </span>
        )}
        {node.reason && <span class="muted">{w.reasons[node.reason] ?? node.reason}</span>}
      </span>
      {parts.length > 0 && (
        <ul>
          {parts.map((part, i) => (
            <Part key={i} node={part} />
          ))}
        </ul>
      )}
    </li>
  );
}

/** The labels that make the group: those of the alert without what the rule adds. */
function ownLabels(alert: AlertDetail): Readonly<Record<string, string>> {
  const { rule, labels } = alert;
  const added = new Set(['alertname', 'severity', ...Object.keys(rule?.labels ?? {})]);
  const groupBy = rule?.group_by ?? [];
  return Object.fromEntries(
    Object.entries(labels).filter(([name]) => (groupBy === '*' ? !added.has(name) : groupBy.includes(name))),
  );
}
