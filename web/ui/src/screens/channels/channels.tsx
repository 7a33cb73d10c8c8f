import './channels.css';
import type { JSX } from 'preact';
import type { Channel, Receiver, Rota } from '../../api/channels.ts';
import type { ScreenProps } from '../../app/screens.ts';
import { AlertingFrame } from '../alerts/frame.tsx';
import { ChannelForm } from './channel-form.tsx';
import { ChannelList } from './channel-list.tsx';
import { OnCallBoard } from './on-call.tsx';
import { keyOf, Opened } from './opened.tsx';
import { ReceiverForm } from './receiver-form.tsx';
import { RotaForm } from './rota-form.tsx';

/** The channels messages leave by, the receivers they stand behind, and who is on call: lists, and one to make or to change. */
export default function Channels({ rest }: ScreenProps): JSX.Element {
  const [area, id] = rest;
  return (
    <AlertingFrame tab={area === 'on-call' ? 'onCall' : 'channels'}>
      {area === 'on-call' ? (
        id === undefined ? (
          <OnCallBoard />
        ) : (
          <Opened kind="rotas" id={id}>
            {(rota: Rota | null) => <RotaForm key={keyOf(rota)} rota={rota} />}
          </Opened>
        )
      ) : area === 'receivers' && id !== undefined ? (
        <Opened kind="receivers" id={id}>
          {(receiver: Receiver | null) => <ReceiverForm key={keyOf(receiver)} receiver={receiver} />}
        </Opened>
      ) : area === 'channels' && id !== undefined ? (
        <Opened kind="channels" id={id}>
          {(channel: Channel | null) => <ChannelForm key={keyOf(channel)} channel={channel} />}
        </Opened>
      ) : (
        <ChannelList />
      )}
    </AlertingFrame>
  );
}
