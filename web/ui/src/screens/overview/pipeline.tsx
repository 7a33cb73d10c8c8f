import type { JSX } from 'preact';
import type { StreamStatus } from '../../api/estate.ts';
import { compact, exact, rate } from '../../format/number.ts';
import { clockSeconds, fullTime } from '../../format/time.ts';
import { words } from '../../i18n/language.ts';
import { LevelBadge } from '../../parts/level.tsx';
import { Empty } from '../../parts/states.tsx';
import { tip } from '../../parts/tip.ts';

/** The streams the daemon reads: how far, how fast, what was refused and why. */
export function Pipeline({ streams }: { streams: readonly StreamStatus[] }): JSX.Element {
  const { overview: w } = words();
  if (streams.length === 0) {
    return (
      <Empty title={w.noStreams}>
        <p>{w.noStreamsHow}</p>
      </Empty>
    );
  }
  return (
    <div class="table-scroll">
      <table class="table">
        <thead>
          <tr>
            <th>{w.stream}</th>
            <th class="wide">{w.topic}</th>
            <th class="num">{w.streamRate}</th>
            <th class="num">{w.streamLag}</th>
            <th class="num wide">{w.watermark}</th>
            <th class="num">{w.errors}</th>
          </tr>
        </thead>
        <tbody>
          {streams.map(stream => {
            const refused = Object.entries(stream.errors);
            const total = refused.reduce((sum, [, n]) => sum + n, 0);
            return (
              <tr key={`${stream.stream}/${stream.topic}`}>
                <td>{stream.stream}</td>
                <td class="mono soft wide">{stream.topic || '–'}</td>
                <td class="num" {...tip(`${exact(stream.rate_per_second, 2)}/s`)}>
                  {rate(stream.rate_per_second)}
                </td>
                <td class="num">
                  {stream.paused ? (
                    <LevelBadge level="warning" text={w.pausedStream} />
                  ) : stream.lag === 0 ? (
                    <span class="muted">{w.streamLevel}</span>
                  ) : (
                    compact(stream.lag)
                  )}
                </td>
                <td class="num wide">
                  {stream.watermark === null ? (
                    '–'
                  ) : (
                    <span {...tip(fullTime(stream.watermark))}>{clockSeconds(stream.watermark)}</span>
                  )}
                </td>
                <td class="num">
                  {total === 0 ? (
                    <span class="muted">0</span>
                  ) : (
                    <span class="level-warning strong" {...tip(...refused.map(([code, n]) => `${code}: ${exact(n)}`))}>
                      {compact(total)}
                    </span>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
