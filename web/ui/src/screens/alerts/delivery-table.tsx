import type { JSX } from 'preact';
import type { Delivery } from '../../api/alerts.ts';
import type { Level } from '../../api/estate.ts';
import { clockSeconds, fullTime } from '../../format/time.ts';
import { words } from '../../i18n/language.ts';
import { LevelBadge } from '../../parts/level.tsx';
import { tip } from '../../parts/tip.ts';

/** How each fate of a message looks. */
export const DELIVERY_LEVELS: Record<Delivery['status'], Level> = {
  pending: 'unknown',
  retrying: 'warning',
  delivered: 'ok',
  dead: 'critical',
  suppressed: 'unknown',
};

/** What was sent where, and what became of it. */
export function DeliveryTable({ deliveries }: { deliveries: readonly Delivery[] }): JSX.Element {
  const { deliveries: w } = words();
  return (
    <div class="table-scroll">
      <table class="table">
        <thead>
          <tr>
            <th>{w.status}</th>
            <th>{w.at}</th>
            <th>{w.channel}</th>
            <th>{w.kind}</th>
            <th class="wide">{w.about}</th>
            <th class="num">{w.attempts}</th>
            <th class="wide">{w.error}</th>
          </tr>
        </thead>
        <tbody>
          {deliveries.map(d => (
            <tr key={d.id} data-testid="delivery">
              <td>
                <LevelBadge level={DELIVERY_LEVELS[d.status]} text={w.statuses[d.status]} />
              </td>
              <td class="soft" {...tip(d.created_at !== undefined && fullTime(d.created_at))}>
                {d.created_at === undefined ? '' : clockSeconds(d.created_at)}
              </td>
              <td {...tip(...(d.recipients ?? []).map(r => `${r.address}  ${r.status}`))}>{d.channel}</td>
              <td class="nowrap">{w.kinds[d.kind] ?? d.kind}</td>
              <td class="wide delivery-about">
                <span class="ellipsis">
                  {d.alerts.map(a => a.labels['alertname'] ?? Object.values(a.labels).join(' ')).join(', ')}
                </span>
              </td>
              <td class="num">{d.attempts}</td>
              <td class="wide soft delivery-about">
                <span class="ellipsis" {...tip(d.error, d.withheld?.detail)}>
                  {d.class ? `${d.class}: ` : ''}
                  {d.error ?? d.withheld?.detail ?? ''}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
