import type { JSX } from 'preact';
import { type Live, useLive } from '../../api/live.ts';
import { nextRuns, type RuleDocument, type RulePreview } from '../../api/rules.ts';
import { param, setParams } from '../../app/router.ts';
import { exact } from '../../format/number.ts';
import { clock, clockSeconds, fullTime } from '../../format/time.ts';
import { moreWords } from '../../i18n/alerting-more.ts';
import { words } from '../../i18n/language.ts';
import { Card } from '../../parts/card.tsx';
import { LevelBadge } from '../../parts/level.tsx';
import { Loading } from '../../parts/states.tsx';
import { tip } from '../../parts/tip.ts';
import { GroupChart } from './group-chart.tsx';
import { describeMatchers } from './rule-text.ts';

const NEXT = 5;
/** Groups shown, those that fire first. */
const SHOWN = 12;
/** Width of a band at least, percent of the day. */
const MIN_BAND = 0.8;

interface Props {
  readonly document: RuleDocument;
  readonly preview: Live<RulePreview>;
}

/** What the document would have done in the past day on real data, and when it runs next. */
export function PreviewSide({ document, preview }: Props): JSX.Element {
  const { preview: w } = moreWords();
  return (
    <>
      <Card title={w.title} more={<span class="muted">{w.wait}</span>}>
        {preview.data ? (
          <Outcome document={document} preview={preview.data} />
        ) : preview.error ? (
          <p class="card-body muted">{preview.error.issues.length > 0 ? w.needs : preview.error.message}</p>
        ) : (
          <Loading />
        )}
      </Card>
      <NextRuns document={document} />
    </>
  );
}

function Outcome({ document, preview }: { document: RuleDocument; preview: RulePreview }): JSX.Element {
  const { preview: w } = moreWords();
  const { alerts } = words();
  if (preview.error) return <p class="card-body level-critical">{w.failed(preview.error.code)}</p>;
  const lanes = lanesOf(preview);
  const firing = lanes.filter(({ bands }) => bands.some(({ state }) => state === 'firing')).length;
  const shown = lanes.slice(0, SHOWN);
  const chosen = shown.find(({ key }) => key === param('group')) ?? shown[0];
  const kinds = Object.entries(preview.notifications_by_kind).map(([kind, n]) => `${w.kinds[kind] ?? kind} ${n}`);
  return (
    <div data-testid="preview">
      <div class="card-body row wrap">
        <LevelBadge level={firing > 0 ? 'warning' : 'ok'} text={firing > 0 ? w.fires(firing) : w.quiet} pill />
        <span class="strong" {...tip(...kinds)}>
          {preview.notifications_total > 0 ? w.told(exact(preview.notifications_total)) : w.toldNone}
        </span>
        {kinds.length > 0 && <span class="soft">{kinds.join(' · ')}</span>}
        <span class="muted">{w.ticks(exact(preview.ticks))}</span>
        {preview.truncated && <span class="level-warning">{w.truncated}</span>}
      </div>
      {lanes.length === 0 ? (
        <p class="card-body muted">{w.noGroups}</p>
      ) : (
        <>
          <fieldset class="bare lanes" aria-label={w.bands}>
            {shown.map(({ key, group, bands, labels }) => (
              <button
                key={key}
                type="button"
                class="lane"
                aria-pressed={key === chosen?.key}
                onClick={() => setParams({ group: key })}
              >
                <span class="ellipsis mono lane-name" {...tip(key, group?.formula, group?.summary)}>
                  {Object.values(labels).filter(Boolean).join(' · ') || w.one}
                </span>
                <span class="num lane-values">{group ? group.values.map(v => exact(v, 2)).join(' · ') : '–'}</span>
                <span class={`lane-state state-${group?.state ?? 'inactive'}`}>
                  {alerts.states[(group?.state ?? 'inactive') as 'firing'] ?? group?.state}
                </span>
                <span class="lane-bands">
                  {bands.map(band => (
                    <i
                      key={`${band.from}${band.state}`}
                      class={`band band-${band.state}`}
                      style={placed(band, preview)}
                      {...tip(`${alerts.states[band.state]}  ${clock(band.from)} – ${clock(band.to)}`)}
                    />
                  ))}
                </span>
              </button>
            ))}
          </fieldset>
          <p class="card-body row between muted lane-axis">
            <span>{clock(preview.from, preview.to)}</span>
            {preview.groups_total > shown.length && <span>{w.groups(shown.length, preview.groups_total)}</span>}
            <span>{clock(preview.to)}</span>
          </p>
          {chosen && <GroupChart document={document} labels={chosen.labels} from={preview.from} to={preview.to} />}
        </>
      )}
    </div>
  );
}

interface Lane {
  readonly key: string;
  readonly labels: RulePreview['groups'][number]['labels'];
  readonly group: RulePreview['groups'][number] | undefined;
  readonly bands: RulePreview['bands'];
}

/** A lane a group, those that fired longest first; a group may have fired and be gone. */
function lanesOf(preview: RulePreview): readonly Lane[] {
  const lanes = new Map<string, { -readonly [K in keyof Lane]: Lane[K] }>();
  for (const group of preview.groups) {
    const key = describeMatchers(group.labels);
    lanes.set(key, { key, labels: group.labels, group, bands: [] });
  }
  for (const band of preview.bands) {
    const key = describeMatchers(band.labels);
    const lane = lanes.get(key) ?? { key, labels: band.labels, group: undefined, bands: [] };
    lanes.set(key, { ...lane, bands: [...lane.bands, band] });
  }
  const weight = ({ bands }: Lane): number =>
    bands.reduce((sum, { state, from, to }) => sum + (to - from + 1) * (state === 'firing' ? 1_000 : 1), 0);
  return [...lanes.values()].sort((a, b) => weight(b) - weight(a));
}

function placed(band: { from: number; to: number }, { from, to }: RulePreview): { left: string; width: string } {
  const span = Math.max(1, to - from);
  const percent = (t: number): number => (Math.min(Math.max(t - from, 0), span) / span) * 100;
  // A band of the newest tick alone still shows.
  const left = Math.min(percent(band.from), 100 - MIN_BAND);
  return { left: `${left}%`, width: `${Math.max(MIN_BAND, percent(band.to) - left)}%` };
}

function NextRuns({ document }: { document: RuleDocument }): JSX.Element {
  const { rules: w } = words();
  const { schedule = '', zone } = document;
  const live = useLive(
    schedule ? `next/${schedule}/${zone ?? ''}` : null,
    signal => nextRuns(schedule, zone, NEXT, signal),
    { every: 12 },
  );
  return (
    <Card title={w.nextRuns}>
      <p class="card-body row wrap" data-testid="next-runs">
        {live.error && <span class="field-wrong">{live.error.message}</span>}
        {live.data?.next.map(iso => (
          <span key={iso} class="pill" {...tip(fullTime(Date.parse(iso)))}>
            {clockSeconds(Date.parse(iso))}
          </span>
        ))}
      </p>
    </Card>
  );
}
