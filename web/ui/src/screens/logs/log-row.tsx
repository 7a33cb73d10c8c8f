import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { LogItem } from '../../api/logs.ts';
import { shortId } from '../../format/flink-id.ts';
import { clockMillis, clockSeconds, fullTime } from '../../format/time.ts';
import { words } from '../../i18n/language.ts';
import { Icon } from '../../parts/icon.tsx';
import { tip } from '../../parts/tip.ts';
import { highlighted } from './highlight.tsx';
import { LogDetail } from './log-detail.tsx';
import { frameCount } from './stack.ts';

interface Props {
  readonly item: LogItem;
  readonly expanded: boolean;
  readonly active: boolean;
  readonly wanted: readonly string[];
  readonly onToggle: () => void;
}

/** One line: time, level, where from, message; a stack trace is folded to its class and length until it is expanded. */
export function LogRow({ item, expanded, active, wanted, onToggle }: Props): JSX.Element {
  const { logs: w } = words();
  const sameDay = new Date(item.ts).toDateString() === new Date().toDateString();
  // Scrolling draws the list many times a second; an unchanged row is not even compared.
  return useMemo(
    () => (
      <article
        class={`log log-${item.level}${expanded ? ' open' : ''}${active ? ' active' : ''}`}
        data-testid="log-row"
        data-id={item.id}
      >
        <button type="button" class="log-line" aria-expanded={expanded} onClick={onToggle} data-log-toggle>
          <span class="log-chevron">
            <Icon name="chevron" size={12} />
          </span>
          <time class="log-time mono" {...tip(fullTime(item.ts))}>
            {sameDay ? clockMillis(item.ts) : clockSeconds(item.ts)}
          </time>
          <span class={`loglevel loglevel-${item.level}`}>{item.level}</span>
          <span class="log-job ellipsis">{item.job_name || item.role || '–'}</span>
          <span class="log-container mono muted" {...tip(item.container_id)}>
            {item.container_id ? shortId(item.container_id) : ''}
          </span>
          <span class="log-message mono">
            <span class="ellipsis">{highlighted(item.message.split('\n')[0] ?? '', wanted)}</span>
            {item.exception && (
              <span class="log-exception" data-testid="folded">
                {highlighted(item.exception.class, wanted)} · {w.frames(frameCount(item.exception.stack))}
              </span>
            )}
          </span>
        </button>
        {expanded && <LogDetail item={item} wanted={wanted} />}
      </article>
    ),
    [item, expanded, active, wanted, w],
  );
}
