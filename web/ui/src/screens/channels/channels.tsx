import './channels.css';
import type { JSX } from 'preact';
import type { ScreenProps } from '../../app/screens.ts';
import { AlertingFrame } from '../alerts/frame.tsx';
import { ChannelList } from './channel-list.tsx';
import { OnCallBoard } from './on-call.tsx';

/** The channels messages leave by, and who is on call. */
export default function Channels({ rest }: ScreenProps): JSX.Element {
  const onCall = rest[0] === 'on-call';
  return (
    <AlertingFrame tab={onCall ? 'onCall' : 'channels'}>{onCall ? <OnCallBoard /> : <ChannelList />}</AlertingFrame>
  );
}
