/** Bringing routes into an order: all of it at once, with as few documents changed as possible. */
import { UserError } from '../../model/errors.ts';
import type { DocumentSet, DocumentView, Written } from './document-set.ts';
import type { Route, RouteDocument } from './route.ts';

/** A route as the order sees it, in the list's own sequence: the configuration's first, then by age. */
export interface Placed {
  readonly id: string;
  readonly order: number;
  readonly managed: boolean;
}

/**
 * Brings the routes into the order of `ids`, which names every route once; those of the configuration keep their place among themselves. Answers
 * all routes as `list` does. Throws `UserError`: version-conflict (409) when routes came or went since `ids` was read, managed-by-file (409) when
 * the configuration's own orders leave no room for it, bad-request.
 */
export async function orderRoutes(
  routes: DocumentSet<RouteDocument, Route>,
  ids: readonly string[],
  who: string,
): Promise<readonly DocumentView[]> {
  if (new Set(ids).size < ids.length) throw new UserError('bad-request', 'ids names a route twice');
  await routes.updateAll(held => {
    const known = new Map(held.map(each => [each.id, each]));
    if (known.size !== ids.length || ids.some(id => !known.has(id))) {
      const why = 'routes were made or deleted since this order was read; read them again';
      throw new UserError('version-conflict', why, { status: 409 });
    }
    const listed = held.map(({ id, document, managed }) => ({ id, order: document.order, managed }));
    const orders = ordersFor(listed, ids);
    if (orders === null) {
      const why = 'the orders of the routes in the configuration leave no room for this; set them apart there';
      throw new UserError('managed-by-file', why, { status: 409 });
    }
    return new Map<string, Written>([...orders].map(([id, order]) => [id, { ...known.get(id)?.written, order }]));
  }, who);
  return routes.list();
}

/**
 * The orders that have to change, by id, so that the routes of `listed` are tried as `ids` says; null where those of the configuration stand in the
 * way. What is in the right place already keeps its order, as long as there is room for the others around it.
 */
export function ordersFor(listed: readonly Placed[], ids: readonly string[]): ReadonlyMap<string, number> | null {
  const places = new Map(listed.map((route, place) => [route.id, { ...route, place }]));
  const wanted = ids.flatMap(id => places.get(id) ?? []);
  const changed = new Map<string, number>();
  let low: Ranked | null = null;
  let own: Ranked[] = [];
  for (const route of [...wanted, null]) {
    if (route !== null && !route.managed) {
      own.push(route);
      continue;
    }
    if (low !== null && route !== null && !isBefore(low, route)) return null;
    const orders = between(own, low, route);
    if (orders === null) return null;
    for (const [i, { id, order }] of own.entries()) if (orders[i] !== order) changed.set(id, orders[i] ?? order);
    low = route;
    own = [];
  }
  return changed;
}

/** `place` decides between equal orders. */
type Ranked = Placed & { readonly place: number };

function isBefore(a: Ranked, b: Ranked): boolean {
  return a.order < b.order || (a.order === b.order && a.place < b.place);
}

/** Orders of a stretch between two routes of the configuration, null for an end. */
function between(own: readonly Ranked[], low: Ranked | null, high: Ranked | null): readonly number[] | null {
  const fits = own.filter(each => (low === null || isBefore(low, each)) && (high === null || isBefore(each, high)));
  const kept = new Set(longestRise(fits));
  const bounds: readonly [number, number] = [low?.order ?? -Infinity, high?.order ?? Infinity];
  return aroundKept(own, kept, bounds) ?? rising(own.length, ...bounds);
}

/** Orders with those of `kept` as they are; null where two of them leave no room. */
function aroundKept(
  own: readonly Ranked[],
  kept: ReadonlySet<Ranked>,
  [low, high]: readonly [number, number],
): readonly number[] | null {
  const orders: number[] = [];
  let waiting = 0;
  for (const route of [...own, null]) {
    if (route !== null && !kept.has(route)) {
      waiting++;
      continue;
    }
    const found = rising(waiting, orders.at(-1) ?? low, route?.order ?? high);
    if (found === null) return null;
    orders.push(...found);
    if (route !== null) orders.push(route.order);
    waiting = 0;
  }
  return orders;
}

/** The longest part of a sequence that is in order already (patience sorting). */
function longestRise(sequence: readonly Ranked[]): readonly Ranked[] {
  const ends: number[] = [];
  const before: number[] = [];
  for (const [i, route] of sequence.entries()) {
    let [from, to] = [0, ends.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      const end = sequence[ends[middle] ?? 0];
      if (end !== undefined && isBefore(end, route)) from = middle + 1;
      else to = middle;
    }
    before[i] = ends[from - 1] ?? -1;
    ends[from] = i;
  }
  const rise: Ranked[] = [];
  for (let i = ends.at(-1) ?? -1; i >= 0; i = before[i] ?? -1) {
    const route = sequence[i];
    if (route !== undefined) rise.unshift(route);
  }
  return rise;
}

/** `count` rising numbers strictly between two; whole ones where there is room, null where there is none. */
function rising(count: number, low: number, high: number): readonly number[] | null {
  const places = Array.from({ length: count }, (_, i) => i + 1);
  if (low === -Infinity && high === Infinity) return places;
  if (low === -Infinity) return places.map(i => Math.ceil(high) - count - 1 + i);
  if (high === Infinity) return places.map(i => Math.floor(low) + i);
  const whole = Math.floor(low) + count < high;
  const found = places.map(i => (whole ? Math.floor(low) + i : low + ((high - low) * i) / (count + 1)));
  return found.every((each, i) => each > (found[i - 1] ?? low) && each < high) ? found : null;
}
