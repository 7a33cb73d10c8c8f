/** Moving routes: the whole order at once, with as few documents changed as possible. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ordersFor, type Placed } from '../../../alerting/notify/route-order.ts';

const routes = fc
  .uniqueArray(
    fc.record({
      id: fc.string({ minLength: 1 }),
      order: fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ min: -2, max: 2, noNaN: true })),
      managed: fc.boolean(),
    }),
    { selector: ({ id }) => id, minLength: 2, maxLength: 8 },
  )
  // The daemon lists the configuration's first.
  .map(all => [...all.filter(({ managed }) => managed), ...all.filter(({ managed }) => !managed)]);

function triedIn(listed: readonly Placed[]): readonly string[] {
  return listed.toSorted((a, b) => a.order - b.order).map(({ id }) => id);
}

function withOrders(listed: readonly Placed[], orders: ReadonlyMap<string, number>): readonly Placed[] {
  return listed.map(each => ({ ...each, order: orders.get(each.id) ?? each.order }));
}

describe('the order of routes', () => {
  test('any order is reached by changing routes of people only, where those of the configuration keep theirs and leave room', () => {
    let reached = 0;
    const shuffled = routes.chain(listed =>
      fc.shuffledSubarray([...listed], { minLength: listed.length }).map(wanted => ({ listed, wanted })),
    );
    fc.assert(
      fc.property(shuffled, ({ listed, wanted }) => {
        const managed = triedIn(listed.filter(each => each.managed));
        // What the configuration orders stays in its order: the places are its own, the sequence is not ours to choose.
        const fixed = managed.values();
        const ids = wanted.map(each => (each.managed ? (fixed.next().value ?? '') : each.id));

        const orders = ordersFor(listed, ids);

        if (orders === null) {
          assert.ok(managed.length > 1, 'only two of the configuration leave no room between them');
          return;
        }
        reached++;
        assert.ok([...orders.keys()].every(id => listed.some(each => each.id === id && !each.managed)));
        assert.deepEqual(triedIn(withOrders(listed, orders)), ids);
      }),
    );
    assert.ok(reached > 20, 'most orders were possible');
  });

  test('the order they have already changes nothing, whatever it is', () => {
    fc.assert(fc.property(routes, listed => assert.equal(ordersFor(listed, triedIn(listed))?.size, 0)));
  });

  const own = (id: string, order = 0): Placed => ({ id, order, managed: false });
  const file = (id: string, order = 0): Placed => ({ id, order, managed: true });
  const cases: readonly [
    what: string,
    listed: readonly Placed[],
    ids: string,
    changed: Record<string, number> | null,
  ][] = [
    ['one between two with room takes a whole number', [own('a', 1), own('b', 5), own('c', 9)], 'acb', { c: 2 }],
    ['one to the end stands after the last', [own('a', 1), own('b', 2), own('c', 5), own('d', 6)], 'acdb', { b: 7 }],
    ['one to the front stands before the first', [own('a', 1), own('b', 2), own('c', 5)], 'cab', { c: 0 }],
    ['neighbours without room are numbered anew', [own('a'), own('b'), own('c')], 'acb', { a: 1, c: 2, b: 3 }],
    ['one behind a route of the file with the same order stays as it is', [file('f'), own('a'), own('b')], 'fab', {}],
    ['one before a route of the file comes before its order', [file('f'), own('a'), own('b')], 'bfa', { b: -1 }],
    ['nothing fits between two of the file with one order', [file('f'), file('g'), own('a')], 'fag', null],
    ['those of the file do not change places', [file('f', 1), file('g', 2), own('a', 3)], 'gfa', null],
  ];
  for (const [what, listed, ids, changed] of cases) {
    test(what, () => {
      const orders = ordersFor(listed, [...ids]);
      assert.deepEqual(orders && Object.fromEntries(orders), changed);
    });
  }

  test('five thousand routes are reversed at once', () => {
    const listed = Array.from({ length: 5_000 }, (_, i) => own(String(i), i));
    const ids = listed.map(({ id }) => id).toReversed();

    assert.deepEqual(triedIn(withOrders(listed, ordersFor(listed, ids) ?? new Map())), ids);
  });
});
