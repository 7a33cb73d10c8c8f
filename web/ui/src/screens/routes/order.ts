/** The order in which routes are tried. */
import type { Route } from '../../api/routes.ts';

/** As the daemon tries them; routes come in the order of `GET /routes`. */
export function inOrder<T extends Pick<Route, 'order'>>(routes: readonly T[]): readonly T[] {
  return routes.toSorted((a, b) => (a.order ?? 0) - (b.order ?? 0));
}
