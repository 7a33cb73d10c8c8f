/** What notification keeps in a StateStore must mean the same on each: what is withheld, acknowledged and raised survives a restart. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ackLinkSecret } from '../../alerting/notify/ack-link.ts';
import { ROUTES, SILENCES } from '../../alerting/notify/alert-documents.ts';
import { DocumentSet } from '../../alerting/notify/document-set.ts';
import { MetaAlerts } from '../../alerting/notify/meta-alerts.ts';
import { VersionConflictError } from '../../model/errors.ts';
import type { StateStore } from '../../store/state-store.ts';
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
