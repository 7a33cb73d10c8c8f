import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Level } from '../../api/estate.ts';
import { refreshNow, useLive } from '../../api/live.ts';
import { endSilence, getSilences, type Silence } from '../../api/silences.ts';
import { link, param, setParams } from '../../app/router.ts';
import { fullTime } from '../../format/time.ts';
import { moreWords } from '../../i18n/alerting-more.ts';
import { LevelBadge } from '../../parts/level.tsx';
import { Empty, Region } from '../../parts/states.tsx';
import { tip } from '../../parts/tip.ts';
import { describeMatchers } from '../rules/rule-text.ts';
import { describeTime } from './silence-text.ts';

const STATES = ['', 'active', 'pending', 'expired'] as const;
const LEVELS: Record<Silence['state'], Level> = { active: 'ok', pending: 'warning', expired: 'unknown' };

/** Silences by state, what holds now first; `?state=` shows one state. */
export function SilenceList(): JSX.Element {
  const { silences: w, editor } = moreWords();
  const state = param('state');
  const live = useLive('silences', getSilences);
  const [failure, setFailure] = useState('');
  const end = (silence: Silence): void => {
    if (!window.confirm(w.endSure)) return;
    endSilence(silence.id).then(refreshNow, error =>
      setFailure(editor.failed(error instanceof Error ? error.message : String(error))),
    );
  };
  return (
    <section class="card">
      <div class="card-head">
        {STATES.map(each => (
          <button
            key={each}
            type="button"
            class="button"
            aria-pressed={state === each}
            onClick={() => setParams({ state: each })}
          >
            {each === '' ? w.all : w.states[each]}{' '}
            <span class="count">
              {live.data?.items.filter(item => each === '' || item.state === each).length ?? ''}
            </span>
          </button>
        ))}
        <a class="button primary more" href={link('/silences/new')}>
          {w.create}
        </a>
      </div>
      <p role="status" class={failure ? 'card-body level-critical' : ''}>
        {failure}
      </p>
      <Region live={live}>
        {({ items }) => {
          const shown = items
            .filter(item => state === '' || item.state === state)
            .sort((a, b) => STATES.indexOf(a.state) - STATES.indexOf(b.state));
          if (shown.length === 0) {
            return (
              <Empty title={w.none}>
                <p>{w.noneHow}</p>
              </Empty>
            );
          }
          return (
            <ul>
              {shown.map(silence => (
                <Line key={silence.id} silence={silence} onEnd={() => end(silence)} />
              ))}
            </ul>
          );
        }}
      </Region>
    </section>
  );
}

function Line({ silence, onEnd }: { silence: Silence; onEnd: () => void }): JSX.Element {
  const { silences: w } = moreWords();
  const over = silence.state === 'expired';
  return (
    <li class="silence" data-testid="silence">
      <LevelBadge level={LEVELS[silence.state]} text={w.states[silence.state]} />
      <div class="silence-what">
        <span class="mono">{describeMatchers(silence.matchers)}</span>
        <span
          class="soft"
          {...tip(...[silence.starts_at, silence.ends_at].map(at => at !== undefined && fullTime(Number(at))))}
        >
          {describeTime(silence)}
        </span>
        <span class="muted">
          {[silence.purpose, silence.comment, silence.created_by].filter(Boolean).join(' · ')}
          {silence.managed && ` ${w.managed}`}
        </span>
      </div>
      {!silence.managed && (
        <div class="row silence-do">
          <a class="button" href={link(`/silences/${encodeURIComponent(silence.id)}`)}>
            {w.edit}
          </a>
          {!over && (
            <button type="button" class="button" onClick={onEnd}>
              {w.end}
            </button>
          )}
        </div>
      )}
    </li>
  );
}
