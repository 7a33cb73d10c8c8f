import type { JSX } from 'preact';
import { type Delivery, getDeliveries } from '../../api/alerts.ts';
import { type Channel, getChannels, getReceivers } from '../../api/channels.ts';
import type { Level } from '../../api/estate.ts';
import { now, useLive } from '../../api/live.ts';
import { estate } from '../../app/estate-status.ts';
import { link } from '../../app/router.ts';
import { duration } from '../../format/duration.ts';
import { fullTime } from '../../format/time.ts';
import { moreWords } from '../../i18n/alerting-more.ts';
import { words } from '../../i18n/language.ts';
import { notificationWords } from '../../i18n/notification.ts';
import { Card } from '../../parts/card.tsx';
import { LevelBadge } from '../../parts/level.tsx';
import { Empty, Region } from '../../parts/states.tsx';
import { tip } from '../../parts/tip.ts';
import { DELIVERY_LEVELS } from '../alerts/delivery-table.tsx';
import { TestOutcome, type TestState, useChannelTest } from './test-outcome.tsx';

/** Newest deliveries looked at for the last message that was tried. */
const RECENT = 20;

/** Every channel with its state, its last message and a test button; the receivers they stand behind. */
export function ChannelList(): JSX.Element {
  const { channels: w } = moreWords();
  const n = notificationWords();
  const live = useLive('channels', getChannels);
  const receivers = useLive('receivers', getReceivers);
  return (
    <div class="stack" style={{ gap: '16px' }}>
      <p>
        <a class="button primary" href={link('/channels/new')}>
          {n.channelForm.create}
        </a>
      </p>
      <section class="card">
        <Region live={live}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty title={w.none}>
                <p>{w.noneHow}</p>
              </Empty>
            ) : (
              <ul class="lines">
                {items.map(channel => (
                  <ChannelLine key={channel.id} channel={channel} />
                ))}
              </ul>
            )
          }
        </Region>
      </section>
      <Card
        title={w.receivers}
        count={receivers.data?.items.length || undefined}
        more={
          <a class="button" href={link('/receivers/new')}>
            {n.receiverForm.create}
          </a>
        }
      >
        <Region live={receivers} rows={2}>
          {({ items }) =>
            items.length === 0 ? (
              <p class="card-body muted">{w.receiversNone}</p>
            ) : (
              <ul class="lines">
                {items.map(receiver => (
                  <li key={receiver.id} class="receiver" data-testid="receiver">
                    <span class="strong">{receiver.name}</span>
                    <span class="grow soft">
                      {receiver.channels.join(', ')}
                      {receiver.managed && ` · ${w.managed}`}
                    </span>
                    <a class="button" href={link(`/receivers/${encodeURIComponent(receiver.id)}`)}>
                      {receiver.managed ? n.form.show : n.form.edit}
                    </a>
                  </li>
                ))}
              </ul>
            )
          }
        </Region>
      </Card>
    </div>
  );
}

function ChannelLine({ channel }: { channel: Channel }): JSX.Element {
  const { channels: w } = moreWords();
  const { form } = notificationWords();
  const { inbox } = words();
  const [state, test] = useChannelTest(channel.id);
  const queue = estate.value.status?.channels.find(({ name }) => name === channel.name);
  // Each channel is asked for by itself: among all deliveries a quiet channel's would be pages away.
  const recent = useLive(`deliveries/recent/${channel.name}`, signal => getDeliveries(channel.name, signal, RECENT));
  // What was not told says nothing about the channel.
  const last = recent.data?.items.find(({ status }) => status !== 'suppressed');
  const health = healthOf(channel, last, state);
  return (
    <li class="channel" data-testid="channel">
      <div class="channel-what">
        <a class="strong" href={link('/alerts', { tab: 'deliveries', channel: channel.name })}>
          {channel.name}
        </a>
        <span class="muted">
          {inbox.types[channel.type] ?? channel.type}
          {channel.managed && ` · ${w.managed}`}
          {channel.fallback && ` · ${w.instead(channel.fallback)}`}
        </span>
      </div>
      <div class="row wrap channel-state">
        <LevelBadge level={health.level} text={health.text} />
        {queue !== undefined && queue.dead > 0 && <span class="soft">{w.dead(queue.dead)}</span>}
        {queue !== undefined && queue.pending > 0 && <span class="soft">{w.waiting(queue.pending)}</span>}
      </div>
      <LastMessage delivery={last} loading={recent.data === undefined} />
      <div class="row channel-do">
        <button type="button" class="button" disabled={state === 'waiting'} onClick={() => void test()}>
          {w.test}
        </button>
        <a class="button" href={link(`/channels/${encodeURIComponent(channel.id)}`)}>
          {channel.managed ? form.show : form.edit}
        </a>
      </div>
      <div class="channel-outcome" role="status">
        {state && <TestOutcome name={channel.name} state={state} />}
      </div>
    </li>
  );
}

/** How a channel is doing: by the test just made, else by its newest message; nothing sent is nothing known. */
function healthOf(
  channel: Channel,
  last: Delivery | undefined,
  test: TestState | null,
): { readonly level: Level; readonly text: string } {
  const { channels: w } = moreWords();
  if (channel.error) return { level: 'critical', text: `${w.unusable}: ${channel.error}` };
  const tested = test !== null && test !== 'waiting' && 'kind' in test ? test.kind : undefined;
  if (tested === 'sent' || (tested === undefined && last?.status === 'delivered'))
    return { level: 'ok', text: w.works };
  if (tested === 'permanent' || (tested === undefined && last?.status === 'dead'))
    return { level: 'critical', text: w.failing };
  return tested === undefined && last === undefined
    ? { level: 'unknown', text: w.unused }
    : { level: 'warning', text: w.trying };
}

function LastMessage({ delivery, loading }: { delivery: Delivery | undefined; loading: boolean }): JSX.Element {
  const { channels: w } = moreWords();
  const { deliveries } = words();
  if (!delivery) return <span class="muted channel-last">{loading ? '' : `${w.last}: ${w.never}`}</span>;
  const at = delivery.created_at;
  return (
    <span
      class="channel-last row"
      {...tip(at !== undefined && fullTime(at), delivery.error, delivery.withheld?.detail)}
    >
      <LevelBadge level={DELIVERY_LEVELS[delivery.status]} text={deliveries.statuses[delivery.status]} />
      {at !== undefined && <span class="muted">{duration(now.value - at)}</span>}
      <span class="ellipsis soft">{delivery.title ?? ''}</span>
    </span>
  );
}
