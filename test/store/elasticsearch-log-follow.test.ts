/** Following lines that become searchable in any order, against a store that answers as Elasticsearch does. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ManualClock } from '../../model/clock.ts';
import { type FollowedLogs, LogFollowers } from '../../store/elasticsearch/log-follow.ts';
import type { LogItem } from '../../store/log-store.ts';

const NOW = 1_800_000_000_000;
const ALL = { query: { kind: 'all' }, limit: 100 } as const;

interface Doc {
  readonly _index: string;
  readonly _id: string;
  readonly sort: readonly [stamp: number, ts: number, topic: string, partition: number, offset: number];
}

interface Asked {
  readonly size: number;
  readonly query: { readonly bool: { readonly filter: readonly Clause[] } };
  readonly aggs?: { readonly stamps: { readonly terms: { readonly size: number } } };
}

type Clause =
  | { readonly range: { readonly 'tw.arrived': { readonly gte: number; readonly lte?: number } } }
  | { readonly terms: { readonly 'tw.arrived': readonly number[] } };

function fits(clause: Clause, stamp: number): boolean {
  if ('terms' in clause) return clause.terms['tw.arrived'].includes(stamp);
  const { gte, lte = Number.POSITIVE_INFINITY } = clause.range['tw.arrived'];
  return stamp >= gte && stamp <= lte;
}

/** Lines that can be searched, by offset and time of arrival. */
class Searchable {
  readonly clock = new ManualClock(NOW);
  readonly docs: Doc[] = [];
  away = false;

  show(offset: number, stamp: number): void {
    this.docs.push({ _index: 'i', _id: `${offset}`, sort: [stamp, 0, 't', 0, offset] });
  }

  logs(): FollowedLogs<Doc> {
    return {
      clock: this.clock,
      refreshMs: 1000,
      search: async body => this.#search(body as Asked),
      itemOf: ({ _id }) => ({ id: _id }) as LogItem,
      idOf: ({ _id }) => _id,
      arrivedAt: async id => this.docs.find(({ _id }) => _id === id)?.sort[0] ?? null,
      filter: () => [],
    };
  }

  #search({ size, query, aggs }: Asked) {
    if (this.away) throw new Error('away');
    const found = this.docs.filter(({ sort: [stamp] }) => query.bool.filter.every(clause => fits(clause, stamp)));
    const hits = found.toSorted((a, b) => b.sort[0] - a.sort[0] || b.sort[4] - a.sort[4]).slice(0, size);
    const stamps = [...Map.groupBy(found, ({ sort: [stamp] }) => stamp)].sort((a, b) => b[0] - a[0]);
    const counted = stamps.slice(0, aggs?.stamps.terms.size ?? 0);
    return {
      hits: { hits },
      aggregations: {
        stamps: {
          buckets: counted.map(([key, docs]) => ({ key, doc_count: docs.length })),
          sum_other_doc_count: stamps.slice(counted.length).reduce((sum, [, docs]) => sum + docs.length, 0),
        },
      },
    };
  }
}

test('every line is told once, in whatever order lines become searchable, over any number of cuts', async () => {
  // Of each line, how long before it is shown it was sent; between lines a look, a cut at some line told, or nothing.
  const step = fc.record({
    ageMs: fc.integer({ min: 0, max: 12 }).map(age => age * 500),
    next: fc.constantFrom('nothing', 'look', 'cut', 'cut back'),
    back: fc.nat({ max: 5 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async steps => {
      const store = new Searchable();
      const followers = new LogFollowers();
      let follower = await followers.follow(store.logs(), ALL);
      let told: string[] = [];
      const look = async (): Promise<void> => {
        const { items, missed } = (await follower?.next()) ?? { items: [], missed: null };
        assert.deepEqual(missed, { value: 0, relation: 'eq' });
        told.push(...items.map(({ id }) => id));
      };
      for (const [offset, { ageMs, next, back }] of steps.entries()) {
        store.show(offset, store.clock.now() - ageMs);
        await store.clock.advance(700);
        if (next !== 'nothing') await look();
        // What is behind the last line that reached the client was on its way when it was cut off.
        if (next === 'cut back') told = told.slice(0, Math.max(1, told.length - back));
        const after = told.at(-1);
        if (next.startsWith('cut') && after !== undefined)
          follower = await followers.follow(store.logs(), { ...ALL, after });
      }
      await look();
      assert.deepEqual(
        told.map(Number).sort((a, b) => a - b),
        [...steps.keys()],
      );
    }),
    { numRuns: 200 },
  );
});

test('a follower that could not look for an hour misses nothing', async () => {
  const store = new Searchable();
  const follower = await new LogFollowers().follow(store.logs(), ALL);
  store.away = true;
  for (let offset = 0; offset < 60; offset++) {
    await store.clock.advance(60_000);
    store.show(offset, store.clock.now());
    await assert.rejects(async () => follower?.next());
  }
  store.away = false;

  assert.equal((await follower?.next())?.items.length, 60);
  assert.equal((await follower?.next())?.items.length, 0);
});

test('who was cut off for an hour goes on at the line last seen, with this daemon and with another', async () => {
  for (const sameDaemon of [true, false]) {
    const store = new Searchable();
    const first = new LogFollowers();
    const follower = await first.follow(store.logs(), ALL);
    store.show(0, NOW + 1);
    store.show(1, NOW + 1);
    await follower?.next();
    for (let offset = 2; offset < 62; offset++) {
      await store.clock.advance(60_000);
      store.show(offset, store.clock.now());
    }
    const resumed = await (sameDaemon ? first : new LogFollowers()).follow(store.logs(), { ...ALL, after: '0' });

    const { items = [], missed } = (await resumed?.next()) ?? {};
    assert.deepEqual(
      items.map(({ id }) => Number(id)),
      Array.from({ length: 61 }, (_, i) => i + 1),
      `same daemon: ${sameDaemon}`,
    );
    assert.deepEqual(missed, { value: 0, relation: 'eq' });
  }
});

test('a flood is counted once, and lines that become searchable behind it are counted, not told with the wrong ones', async () => {
  const store = new Searchable();
  const follower = await new LogFollowers().follow(store.logs(), { ...ALL, limit: 10 });
  for (let offset = 0; offset < 50; offset++) store.show(offset, NOW);
  const flood = await follower?.next();
  store.show(50, NOW);
  store.show(51, NOW + 1);
  const behind = await follower?.next();

  assert.deepEqual([flood?.items.length, flood?.missed.value], [10, 40]);
  assert.deepEqual([behind?.items.map(({ id }) => id), behind?.missed.value], [['51'], 1]);
});
