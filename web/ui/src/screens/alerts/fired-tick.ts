import type { AlertDetail } from '../../api/alerts.ts';

/** The tick at which this alert began to fire: the history also has the group's earlier alerts. Undefined while it is pending. */
export function firedTick(
  alert: Pick<AlertDetail, 'history' | 'starts_at'>,
): AlertDetail['history'][number] | undefined {
  const { history, starts_at: startsAt } = alert;
  return startsAt === null ? undefined : history.find(({ t, state }) => t >= startsAt && state === 'firing');
}
