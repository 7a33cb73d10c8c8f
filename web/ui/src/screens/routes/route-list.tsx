import type { JSX, RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from '../../api/client.ts';
import { refreshNow, useLive } from '../../api/live.ts';
import { getRoutes, orderRoutes, type Route } from '../../api/routes.ts';
import { link } from '../../app/router.ts';
import { moreWords } from '../../i18n/alerting-more.ts';
import { notificationWords } from '../../i18n/notification.ts';
import { Empty, Region } from '../../parts/states.tsx';
import { describeMatchers } from '../rules/rule-text.ts';
import { inOrder } from './order.ts';

/** Every route in the order in which it is tried; those people made here can be moved. */
export function RouteList(): JSX.Element {
  const { routes: w } = notificationWords();
  const live = useLive('routes', getRoutes);
  const [failure, setFailure] = useState('');
  const busy = useRef(false);
  const moved = useRef<Moved | null>(null);
  const move = async (ordered: readonly Route[], from: number, to: number): Promise<void> => {
    if (busy.current) return;
    const ids = ordered.map(({ id }) => id);
    setFailure('');
    busy.current = true;
    moved.current = { id: ids[from] ?? '', up: to < from };
    try {
      await orderRoutes(ids.toSpliced(from, 1).toSpliced(to, 0, ...ids.slice(from, from + 1)));
    } catch (error) {
      moved.current = null;
      setFailure(whyNot(error));
    } finally {
      busy.current = false;
      refreshNow();
    }
  };
  return (
    <div class="stack" style={{ gap: '16px' }}>
      <div class="row wrap">
        <a class="button primary" href={link('/routes/new')}>
          {w.create}
        </a>
        <span class="muted grow">{w.how}</span>
      </div>
      <p role="status" class={failure ? 'notice' : 'visually-hidden'}>
        {failure}
      </p>
      <section class="card">
        <Region live={live}>
          {({ items }) => {
            const ordered = inOrder(items);
            if (ordered.length === 0)
              return (
                <Empty title={w.none}>
                  <p>{w.noneHow}</p>
                </Empty>
              );
            return (
              <ol>
                {ordered.map((route, i) => (
                  <Line
                    key={route.id}
                    route={route}
                    place={i + 1}
                    moved={moved}
                    onUp={i > 0 ? () => void move(ordered, i, i - 1) : undefined}
                    onDown={i < ordered.length - 1 ? () => void move(ordered, i, i + 1) : undefined}
                  />
                ))}
              </ol>
            );
          }}
        </Region>
      </section>
    </div>
  );
}

/** Why a route stays where it was. */
function whyNot(error: unknown): string {
  const { routes: w, form } = notificationWords();
  const code = error instanceof ApiError ? error.code : '';
  if (code === 'managed-by-file') return w.noRoom;
  if (code === 'version-conflict') return w.changed;
  return form.failed(error instanceof Error ? error.message : String(error));
}

/** The route that was moved last, until it stands in its new place. */
interface Moved {
  readonly id: string;
  readonly up: boolean;
}

interface LineProps {
  readonly route: Route;
  readonly place: number;
  readonly moved: RefObject<Moved | null>;
  readonly onUp: (() => void) | undefined;
  readonly onDown: (() => void) | undefined;
}

function Line({ route, place, moved, onUp, onDown }: LineProps): JSX.Element {
  const { routes: w, form } = notificationWords();
  const { channels } = moreWords();
  const name = route.name ?? w.nameless(place);
  const matchers = describeMatchers(route.matchers);
  const buttons = useRef<HTMLDivElement>(null);
  // An element that changes places loses the focus: whoever moves a route by keyboard goes on with it.
  useEffect(() => {
    if (moved.current?.id !== route.id) return;
    const [up, down] = buttons.current?.querySelectorAll('button') ?? [];
    const wanted = moved.current.up ? [up, down] : [down, up];
    moved.current = null;
    wanted.find(button => button && !button.disabled)?.focus();
  }, [place]);
  return (
    <li class="route" data-testid="route">
      <span class="route-place num muted">{place}</span>
      <div class="route-what">
        <span>
          <span class="strong">{name}</span>{' '}
          <span class="muted">
            {[route.managed && channels.managed, route.continue && w.goesOn].filter(Boolean).join(' · ')}
          </span>
        </span>
        <span class="mono">{matchers || w.everything}</span>
        <span>
          → <span class="strong">{route.receivers.join(', ')}</span>
          {route.escalation?.map(({ after, receivers }) => (
            <span key={after} class="soft">
              {' '}
              · {w.escalates(after, receivers.join(', '))}
            </span>
          ))}
        </span>
        <span class="muted">{timing(route)}</span>
      </div>
      <div class="row route-do" ref={buttons}>
        {!route.managed && (
          <>
            <button type="button" class="button icon" aria-label={w.up(name)} disabled={!onUp} onClick={onUp}>
              ↑
            </button>
            <button type="button" class="button icon" aria-label={w.down(name)} disabled={!onDown} onClick={onDown}>
              ↓
            </button>
          </>
        )}
        <a class="button" href={link(`/routes/${encodeURIComponent(route.id)}`)}>
          {route.managed ? form.show : form.edit}
        </a>
      </div>
    </li>
  );
}

/** How the route groups and how often it speaks, as far as it differs from what goes without saying. */
function timing(route: Route): string {
  const { routes: w } = notificationWords();
  return [
    route.group_by && route.group_by.length > 0 && w.groupedBy(route.group_by.join(', ')),
    route.repeat_interval && w.repeats(route.repeat_interval),
    route.ack_ttl && w.ackHolds(route.ack_ttl),
  ]
    .filter(Boolean)
    .join(' · ');
}
