import type { JSX } from 'preact';
import type { Delivery } from '../../api/alerts.ts';
import type { Level } from '../../api/estate.ts';
import { words } from '../../i18n/language.ts';
import { LevelBadge } from '../../parts/level.tsx';
import { tip } from '../../parts/tip.ts';

const LEVELS: Record<Delivery['status'], Level> = {
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
                <LevelBadge level={LEVELS[d.status]} text={w.statuses[d.status]} />
              </td>
              <td {...tip(...(d.recipients ?? []).map(r => `${r.address}  ${r.status}`))}>{d.channel}</td>
              <td>{w.kinds[d.kind] ?? d.kind}</td>
              <td class="wide delivery-about">
                <span class="ellipsis">
                  {d.alerts.map(a => a.labels['alertname'] ?? Object.values(a.labels).join(' ')).join(', ')}
                </span>
              </td>
              <td class="num">{d.attempts}</td>
              <td class="wide soft delivery-about">
                <span class="ellipsis" {...tip(d.error)}>
                  {d.class ? `${d.class}: ` : ''}
                  {d.error ?? ''}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
