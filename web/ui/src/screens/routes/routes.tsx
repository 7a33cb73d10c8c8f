import './routes.css';
import type { JSX } from 'preact';
import type { Inhibition } from '../../api/inhibitions.ts';
import type { Route } from '../../api/routes.ts';
import type { ScreenProps } from '../../app/screens.ts';
import { AlertingFrame } from '../alerts/frame.tsx';
import { keyOf, Opened } from '../channels/opened.tsx';
import { InhibitionForm } from './inhibition-form.tsx';
import { InhibitionList } from './inhibition-list.tsx';
import { RouteForm } from './route-form.tsx';
import { RouteList } from './route-list.tsx';

/** Routes: which alerts go to whom, in the order in which they are tried; inhibitions: which are not told; and one of them to make or to change. */
export default function Routes({ rest }: ScreenProps): JSX.Element {
  const [area, id] = rest;
  return (
    <AlertingFrame tab="routes">
      {id === undefined ? (
        <div class="stack" style={{ gap: '16px' }}>
          <RouteList />
          <InhibitionList />
        </div>
      ) : area === 'inhibitions' ? (
        <Opened kind="inhibitions" id={id}>
          {(inhibition: Inhibition | null) => <InhibitionForm key={keyOf(inhibition)} inhibition={inhibition} />}
        </Opened>
      ) : (
        <Opened kind="routes" id={id}>
          {(route: Route | null) => <RouteForm key={keyOf(route)} route={route} />}
        </Opened>
      )}
    </AlertingFrame>
  );
}
