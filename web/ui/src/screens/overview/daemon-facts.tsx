import type { JSX } from 'preact';
import type { Status } from '../../api/estate.ts';
import { bytes, compact, exact } from '../../format/number.ts';
import { fullTime } from '../../format/time.ts';
import { words } from '../../i18n/language.ts';
import { LevelBadge } from '../../parts/level.tsx';
import { tip } from '../../parts/tip.ts';

/** The daemon's stores, rules and dead letters in one line: what would make the figures above wrong. */
export function DaemonFacts({ status }: { status: Status }): JSX.Element {
  const { overview: w } = words();
  const { rules, dead_letters: dead } = status;
  return (
    <ul class="daemon-facts row wrap soft">
      {status.stores.map(store => (
        <li
          key={store.name}
          class="row"
          {...tip(store.detail, store.bytes === undefined ? null : `${exact(store.bytes)} B`)}
        >
          <LevelBadge level={store.ok ? 'ok' : 'critical'} text={`${w.store} ${store.name}`} />
          {store.lines !== undefined && <span>{w.storedLines(compact(store.lines))}</span>}
          {store.series !== undefined && <span>{w.storedSeries(compact(store.series))}</span>}
          {store.bytes !== undefined && <span>{bytes(store.bytes)}</span>}
        </li>
      ))}
      <li>
        <LevelBadge
          level={rules.error > 0 || rules.behind > 0 ? 'warning' : 'ok'}
          text={w.ruleFacts(rules.total, rules.behind, rules.error)}
        />
      </li>
      <li {...tip(w.deadHow)}>
        <LevelBadge level={dead.total > 0 ? 'warning' : 'ok'} text={w.deadLetters(exact(dead.total))} />
      </li>
      <li class="muted" {...tip(fullTime(status.started_at))}>
        tidewatch {status.version} · {status.mode}
      </li>
    </ul>
  );
}
