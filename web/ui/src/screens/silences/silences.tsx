import './silences.css';
import type { JSX } from 'preact';
import { useLive } from '../../api/live.ts';
import { getSilence } from '../../api/silences.ts';
import type { ScreenProps } from '../../app/screens.ts';
import { Region } from '../../parts/states.tsx';
import { AlertingFrame } from '../alerts/frame.tsx';
import { SilenceForm } from './silence-form.tsx';
import { SilenceList } from './silence-list.tsx';

/** Silences: the list, a new one (`?m.job=x` fills in matchers), and one to change. */
export default function Silences({ rest }: ScreenProps): JSX.Element {
  const [id] = rest;
  return (
    <AlertingFrame tab="silences">
      {id === undefined && <SilenceList />}
      {id === 'new' && <SilenceForm silence={null} />}
      {id !== undefined && id !== 'new' && <EditSilence id={id} />}
    </AlertingFrame>
  );
}

function EditSilence({ id }: { id: string }): JSX.Element {
  const live = useLive(`silence/${id}`, signal => getSilence(id, signal), { every: Infinity });
  return (
    <Region live={live}>{silence => <SilenceForm key={`${silence.id} ${silence.version}`} silence={silence} />}</Region>
  );
}
