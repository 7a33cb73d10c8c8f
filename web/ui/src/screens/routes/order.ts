/** The order in which routes are tried, and what has to change to move one. */
import type { Route } from '../../api/routes.ts';

type Placed = Pick<Route, 'id' | 'order' | 'managed'>;

/** As the daemon tries them; routes come in the order of `GET /routes`. */
export function inOrder<T extends Placed>(routes: readonly T[]): readonly T[] {
  return routes.toSorted((a, b) => orderOf(a) - orderOf(b));
}

/**
 * New orders that bring the routes into a sequence, by id; those of the configuration keep theirs. One route changes where its neighbours leave
 * room, else all between two of the configuration's. null where these leave no room at all, since they have the same order.
 */
export function ordersFor(sequence: readonly Placed[], moved: string): ReadonlyMap<string, number> | null {
  const at = sequence.findIndex(({ id }) => id === moved);
  const one = between(bound(sequence[at - 1], -Infinity), bound(sequence[at + 1], Infinity), 1);
  if (one) return new Map([[moved, one[0] ?? 0]]);

  const fixedBefore = sequence.findLastIndex(({ managed }, i) => managed && i < at);
  const fixedAfter = sequence.findIndex(({ managed }, i) => managed && i > at);
  const own = sequence.slice(fixedBefore + 1, fixedAfter < 0 ? undefined : fixedAfter);
  const orders = between(bound(sequence[fixedBefore], -Infinity), bound(sequence[fixedAfter], Infinity), own.length);
  return orders && new Map(own.map(({ id }, i) => [id, orders[i] ?? 0] as const));
}

function orderOf({ order }: Placed): number {
  return order ?? 0;
}

function bound(route: Placed | undefined, otherwise: number): number {
  return route ? orderOf(route) : otherwise;
}

/** `count` rising numbers strictly between two; whole ones where there is room. */
function between(low: number, high: number, count: number): readonly number[] | null {
  const places = Array.from({ length: count }, (_, i) => i + 1);
  if (low === -Infinity && high === Infinity) return places;
  if (low === -Infinity) return places.map(i => Math.ceil(high) - count - 1 + i);
  if (high === Infinity) return places.map(i => Math.floor(low) + i);
  const whole = Math.floor(low) + count < high;
  const found = places.map(i => (whole ? Math.floor(low) + i : low + ((high - low) * i) / (count + 1)));
  return found.every((each, i) => each > (found[i - 1] ?? low) && each < high) ? found : null;
}
