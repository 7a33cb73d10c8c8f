import type { JSX } from 'preact';
import { getDeliveries } from '../../api/alerts.ts';
import { useLive } from '../../api/live.ts';
import { estate } from '../../app/estate-status.ts';
import { param, setParams } from '../../app/router.ts';
import { words } from '../../i18n/language.ts';
import { Card } from '../../parts/card.tsx';
import { Empty, Region } from '../../parts/states.tsx';
import { DeliveryTable } from './delivery-table.tsx';

/** The log of everything sent, and of what was not and why. */
export function Deliveries(): JSX.Element {
  const { deliveries: w, alerts, action } = words();
  const channel = param('channel');
  const live = useLive(`deliveries/${channel}`, signal => getDeliveries(channel, signal));
  const channels = estate.value.status?.channels ?? [];
  return (
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
  );
}
