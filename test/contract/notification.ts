/** What notification keeps in a StateStore must mean the same on each: what is withheld, acknowledged and raised survives a restart. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ackLinkSecret } from '../../alerting/notify/ack-link.ts';
import { ROUTES, SILENCES } from '../../alerting/notify/alert-documents.ts';
import { DocumentSet, type DocumentSetOptions } from '../../alerting/notify/document-set.ts';
import { MetaAlerts } from '../../alerting/notify/meta-alerts.ts';
import { inOrder } from '../../alerting/notify/route.ts';
import { orderRoutes } from '../../alerting/notify/route-order.ts';
import { StoreAwayError, VersionConflictError } from '../../model/errors.ts';
import type { DocKind, StateStore } from '../../store/state-store.ts';
import {
  addChannel,
  addRoute,
  addSilence,
  end,
  intent,
  MINUTE,
  makeHarness,
  START,
  told,
  untold,
} from '../alerting/notify/harness.ts';

/** A store that does not answer those writes of documents of which `isAway` says so. */
function whereWritesFail(store: StateStore, isAway: (kind: DocKind) => boolean): DocumentSetOptions['state'] {
  return {
    get: (...args) => store.get(...args),
    list: (...args) => store.list(...args),
    delete: (...args) => store.delete(...args),
    appendAudit: (...args) => store.appendAudit(...args),
    put: async (...args) => {
      if (isAway(args[0])) throw new StoreAwayError('away');
      return store.put(...args);
    },
  };
}

/** Declares the suite for one adapter. */
export function notificationContract(
  name: string,
  make: () => Promise<{ readonly store: StateStore; done(): Promise<void> }>,
): void {
  const withStore = (sentence: string, body: (store: StateStore) => Promise<void>): void => {
    test(sentence, async () => {
      const { store, done } = await make();
      try {
        await body(store);
      } finally {
        await done();
      }
    });
  };

  describe(`notification on ${name}`, () => {
    withStore('what a silence withheld is told once after it, across a restart, and the end follows', async store => {
      const h = makeHarness(store);
      addChannel(h, 'oncall');
      addSilence(h, 'a', 0, MINUTE);
      await h.commit(intent('a'), intent('b'));
      await h.settle();
      h.restart();
      await h.pass(2 * MINUTE, 20_000);
      await h.commit(end('a', START + 2 * MINUTE));
      await h.settle();

      assert.deepEqual(told(h), ['oncall firing: b', 'oncall firing: a', 'oncall resolved: a']);
      assert.deepEqual(await untold(h), ['oncall firing silenced silence-a: a']);
    });

    withStore('an acknowledgement stops repeats and escalation across a restart', async store => {
      const h = makeHarness(store);
      addChannel(h, 'team');
      addChannel(h, 'boss');
      addRoute(h, 'x', { receivers: ['team'], group_wait: '0', escalation: [{ after: '1m', receivers: ['boss'] }] });
      await h.commit(intent('a'));
      await h.settle();
      await h.acks.take({ episode: `r1-a-${START}`, name: 'a', severity: 'warning' }, 'han', 5 * MINUTE);
      h.restart();
      await h.pass(2 * MINUTE, 20_000);
      assert.deepEqual(told(h), ['team firing: a']);

      await h.pass(4 * MINUTE, 20_000);

      assert.deepEqual(told(h), ['team firing: a', 'boss firing: a']);
    });

    withStore('documents keep their order and versions, and the secret of links is one', async store => {
      const h = makeHarness(store);
      const options = { state: store, clock: h.clock, logger: { error: () => assert.fail('a document was refused') } };
      const routes = new DocumentSet(ROUTES, options);
      for (const receiver of ['a', 'b', 'c']) {
        await routes.create({ receivers: [receiver] }, 'han');
        await h.clock.advance(1);
      }
      const [first] = routes.list();
      await routes.update(first?.id ?? '', { receivers: ['d'] }, first?.version ?? '', 'han');
      await assert.rejects(
        routes.update(first?.id ?? '', { receivers: ['e'] }, first?.version ?? '', 'han'),
        VersionConflictError,
      );
      const silences = new DocumentSet(SILENCES, options);
      await silences.create({ matchers: { a: 'b' }, ends_at: START + MINUTE }, 'han');
      const again = new DocumentSet(ROUTES, options);
      await again.load([]);

      assert.deepEqual(
        again.list().map(({ receivers }) => receivers),
        [['d'], ['b'], ['c']],
      );
      assert.deepEqual(await ackLinkSecret(store), await ackLinkSecret(store));
    });

    withStore(
      'routes are brought into an order by one decision: a crash in the middle leaves none of it or all',
      async store => {
        const h = makeHarness(store);
        const open = (state: DocumentSetOptions['state']) =>
          new DocumentSet(ROUTES, { state, clock: h.clock, logger: { error: () => undefined } });
        const routes = open(store);
        for (const receiver of ['a', 'b', 'c']) {
          await routes.create({ receivers: [receiver] }, 'han');
          await h.clock.advance(1);
        }
        const [a = '', b = '', c = ''] = routes.list().map(({ id }) => id);
        const tried = (set: typeof routes): readonly string[] =>
          inOrder(set.all().map(({ compiled }) => compiled)).map(({ id }) => id);
        const reversed = [c, b, a];
        const notWrittenFrom = (first: number) => {
          let left = first;
          return whereWritesFail(store, () => left-- <= 0);
        };

        const undecided = open(notWrittenFrom(0));
        await undecided.load([]);
        await assert.rejects(orderRoutes(undecided, reversed, 'han'), StoreAwayError);
        assert.deepEqual(tried(undecided), [a, b, c]);
        await routes.load([]);
        assert.deepEqual(tried(routes), [a, b, c], 'what was refused does not come later');

        const half = open(notWrittenFrom(2));
        await half.load([]);
        await orderRoutes(half, reversed, 'han');
        assert.deepEqual(tried(half), reversed);
        const after = open(store);
        await after.load([]);
        assert.deepEqual(tried(after), reversed, 'who takes over finds all of it');

        const [first] = after.list();
        await after.update(a, { receivers: ['d'] }, first?.version ?? '', 'han');
        const again = open(store);
        await again.load([]);
        assert.deepEqual(again.get(a).document.receivers, ['d'], 'and nothing undoes what is changed later');
      },
    );

    withStore('a set goes on with what it could not write, and an order that is not of now is refused', async store => {
      const h = makeHarness(store);
      let isAway = false;
      const state = whereWritesFail(store, kind => isAway && kind === 'route');
      const routes = new DocumentSet(ROUTES, { state, clock: h.clock, logger: { error: () => undefined } });
      const { id: a } = await routes.create({ receivers: ['a'] }, 'han');
      await h.clock.advance(1);
      const { id: b } = await routes.create({ receivers: ['b'] }, 'han');
      isAway = true;
      await orderRoutes(routes, [b, a], 'han');
      isAway = false;
      await h.clock.advance(1);
      const made = await routes.create({ receivers: ['c'] }, 'han');

      assert.deepEqual(
        (await store.list<{ order?: number }>('route')).map(({ id, version, body }) => [id, version, body.order]),
        routes.list().map(({ id, version, order }) => [id, version, order]),
      );
      await assert.rejects(orderRoutes(routes, [b, a], 'han'), { code: 'version-conflict', status: 409 });
      await assert.rejects(orderRoutes(routes, [b, a, a], 'han'), { code: 'bad-request' });
      await orderRoutes(routes, [made.id, b, a], 'han');
    });

    withStore('a meta-alert is told once and ended once, across a restart', async store => {
      const h = makeHarness(store);
      addChannel(h, 'ops');
      h.metaReceivers = ['ops'];
      const condition = {
        code: 'rules-behind',
        subject: '',
        severity: 'error',
        summary: 'behind',
        labels: {},
      } as const;
      const open = () => new MetaAlerts({ state: store, receivers: () => ['ops'], clock: h.clock });
      await open().update([condition]);
      await h.settle();
      const after = open();
      await after.load();
      await after.update([condition]);
      await h.settle();
      await after.update([]);
      await h.settle();

      assert.deepEqual(
        h.sent.map(({ message }) => message.status),
        ['info', 'resolved'],
      );
      assert.deepEqual(await store.loadRuleStates(), []);
    });
  });
}
