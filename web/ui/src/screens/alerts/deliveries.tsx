import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { getDeliveries, testChannel } from '../../api/alerts.ts';
import type { Status } from '../../api/estate.ts';
import { refreshNow, useLive } from '../../api/live.ts';
import { estate } from '../../app/estate-status.ts';
import { param, setParams } from '../../app/router.ts';
import { words } from '../../i18n/language.ts';
import { Card } from '../../parts/card.tsx';
import { Empty, Region } from '../../parts/states.tsx';
import { DeliveryTable } from './delivery-table.tsx';

/** The channels with a test button each, and the log of everything sent. */
export function Deliveries(): JSX.Element {
  const { deliveries: w, alerts, action } = words();
  const channel = param('channel');
  const live = useLive(`deliveries/${channel}`, signal => getDeliveries(channel, signal));
  const channels = estate.value.status?.channels ?? [];
  return (
    <div class="stack" style={{ gap: '16px' }}>
      {channels.length > 0 && (
        <Card title={w.channels} count={channels.length}>
          <ul class="lines channels">
            {channels.map(c => (
              <Channel key={c.name} channel={c} />
            ))}
          </ul>
        </Card>
      )}
      <Card
        title={alerts.tabs.deliveries}
        more={
          <select
            class="select"
            aria-label={w.channel}
            value={channel}
            onChange={event => setParams({ channel: event.currentTarget.value })}
          >
            <option value="">{action.all}</option>
            {channels.map(c => (
              <option key={c.name} value={c.name}>
                {c.name}
              </option>
            ))}
          </select>
        }
      >
        <Region live={live}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty title={w.none}>
                <p class="muted">{w.noneHow}</p>
              </Empty>
            ) : (
              <DeliveryTable deliveries={items} />
            )
          }
        </Region>
      </Card>
    </div>
  );
}

function Channel({ channel }: { channel: Status['channels'][number] }): JSX.Element {
  const { deliveries: w } = words();
  const [outcome, setOutcome] = useState('');
  const test = (): void => {
    testChannel(channel.id ?? channel.name).then(
      () => {
        setOutcome(w.testSent(channel.name));
        refreshNow();
      },
      cause => setOutcome(w.testFailed(cause instanceof Error ? cause.message : String(cause))),
    );
  };
  return (
    <li class="row channel">
      <span class="strong">{channel.name}</span>
      <span class="muted grow">{channel.type}</span>
      <span class="soft" role="status">
        {outcome}
      </span>
      {channel.pending > 0 && <span class="level-warning">{w.waiting(channel.pending)}</span>}
      {channel.dead > 0 && <span class="level-critical">{w.dead(channel.dead)}</span>}
      <button type="button" class="button" onClick={test}>
        {w.test}
      </button>
    </li>
  );
}
