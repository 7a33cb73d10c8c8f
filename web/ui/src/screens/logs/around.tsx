import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useLive } from '../../api/live.ts';
import { type AroundScope, type LogItem, logsAround } from '../../api/logs.ts';
import { param, setParams } from '../../app/router.ts';
import { clockMillis, fullTime } from '../../format/time.ts';
import { words } from '../../i18n/language.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Region } from '../../parts/states.tsx';
import { tip } from '../../parts/tip.ts';
import { lineLink } from './log-detail.tsx';
import { Stack } from './stack-view.tsx';

const SCOPES: readonly AroundScope[] = ['container', 'job', 'all'];
const STEP = 25;
const MOST = 500;

function scopeOf(text: string): AroundScope {
  return SCOPES.find(scope => scope === text) ?? 'container';
}

/** The lines before and after one line, oldest first, within its container, its job or everything. */
export function AroundPanel({ id }: { id: string }): JSX.Element {
  const { logs: w, action } = words();
  const scope = scopeOf(param('scope'));
  const [sides, setSides] = useState({ before: STEP, after: STEP });
  const key = `around/${id}/${scope}/${sides.before}/${sides.after}`;
  const live = useLive(key, signal => logsAround(id, scope, sides, signal), { every: Number.POSITIVE_INFINITY });
  const close = (): void => setParams({ around: undefined, scope: undefined });

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') close();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);

  return (
    <aside class="around card" aria-label={w.aroundTitle} data-testid="around">
      <div class="card-head">
        <h2>{w.aroundTitle}</h2>
        <fieldset class="row bare" aria-label={w.scope}>
          {SCOPES.map(value => (
            <button
              key={value}
              type="button"
              class="button"
              aria-pressed={value === scope}
              onClick={() => setParams({ scope: value === 'container' ? undefined : value })}
            >
              {w.scopes[value]}
            </button>
          ))}
        </fieldset>
        <button type="button" class="button quiet icon more" aria-label={action.close} onClick={close}>
          <Icon name="close" />
        </button>
      </div>
      <Region live={live} rows={12}>
        {({ before, line, after }) => (
          <AroundLines
            key={line.id}
            before={before}
            line={line}
            after={after}
            more={side => setSides(now => ({ ...now, [side]: Math.min(MOST, now[side] + STEP * 2) }))}
            full={{ before: before.length < sides.before, after: after.length < sides.after }}
          />
        )}
      </Region>
    </aside>
  );
}

interface LinesProps {
  readonly before: readonly LogItem[];
  readonly line: LogItem;
  readonly after: readonly LogItem[];
  readonly more: (side: 'before' | 'after') => void;
  /** That side has no further line. */
  readonly full: { readonly before: boolean; readonly after: boolean };
}

function AroundLines({ before, line, after, more, full }: LinesProps): JSX.Element {
  const { logs: w } = words();
  const target = useRef<HTMLDivElement>(null);
  useEffect(() => {
    target.current?.scrollIntoView({ block: 'center' });
  }, [before.length]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <div class="around-lines" tabIndex={0}>
      {!full.before && (
        <button type="button" class="button quiet around-more" onClick={() => more('before')}>
          {w.before}
        </button>
      )}
      {before.map(item => (
        <AroundLine key={item.id} item={item} />
      ))}
      <div ref={target}>
        <AroundLine item={line} here />
      </div>
      {after.map(item => (
        <AroundLine key={item.id} item={item} />
      ))}
      {!full.after && (
        <button type="button" class="button quiet around-more" onClick={() => more('after')}>
          {w.after}
        </button>
      )}
    </div>
  );
}

function AroundLine({ item, here }: { item: LogItem; here?: boolean }): JSX.Element {
  const { logs: w } = words();
  return (
    <div
      class={`around-line${here ? ' here' : ''}`}
      {...(here ? { 'aria-current': 'true' as const } : {})}
      data-testid={here ? 'around-here' : 'around-line'}
    >
      <time class="muted" {...tip(fullTime(item.ts))}>
        {clockMillis(item.ts)}
      </time>
      <span class={`loglevel loglevel-${item.level}`}>{item.level}</span>
      <div class="around-text">
        <span>{item.message}</span> <span class="muted">{item.logger.split('.').at(-1)}</span>
        {item.exception && here && <Stack stack={item.exception.stack} wanted={[]} />}
        {item.exception && !here && <span class="log-exception">{item.exception.class}</span>}
        {here && <CopyButton icon="link" label={w.copyLink} text={() => lineLink(item)} />}
      </div>
    </div>
  );
}
