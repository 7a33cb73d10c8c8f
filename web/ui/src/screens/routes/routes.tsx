import './routes.css';
import type { JSX } from 'preact';
import type { Route } from '../../api/routes.ts';
import type { ScreenProps } from '../../app/screens.ts';
import { AlertingFrame } from '../alerts/frame.tsx';
import { keyOf, Opened } from '../channels/opened.tsx';
import { RouteForm } from './route-form.tsx';
import { RouteList } from './route-list.tsx';

/** Routes: which alerts go to whom, in the order in which they are tried, and one to make or to change. */
export default function Routes({ rest }: ScreenProps): JSX.Element {
  const [id] = rest;
  return (
    <AlertingFrame tab="routes">
      {id === undefined ? (
        <RouteList />
      ) : (
        <Opened kind="routes" id={id}>
          {(route: Route | null) => <RouteForm key={keyOf(route)} route={route} />}
        </Opened>
      )}
    </AlertingFrame>
  );
}
