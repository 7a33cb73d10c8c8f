import type { JSX } from 'preact';
import { param } from '../../app/router.ts';
import type { ScreenProps } from '../../app/screens.ts';
import { AlertsView } from './alerts-view.tsx';
import { Deliveries } from './deliveries.tsx';
import { AlertingFrame } from './frame.tsx';

/** What fires, and what was sent to whom. */
export default function Alerts({ rest }: ScreenProps): JSX.Element {
  const tab = param('tab') === 'deliveries' ? 'deliveries' : 'alerts';
  return <AlertingFrame tab={tab}>{tab === 'alerts' ? <AlertsView id={rest[0]} /> : <Deliveries />}</AlertingFrame>;
}
