/** Acknowledgement and escalation (alerting.md rules 6 and 19). */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AckLinks, ackLinkSecret } from '../../../alerting/notify/ack-link.ts';
import { UserError } from '../../../model/errors.ts';
import { openSqliteStateStore } from '../../../store/sqlite/state-store.ts';
import {
  addChannel,
  addRoute,
  end,
  type Harness,
  intent,
  MINUTE,
  makeHarness,
  START,
  told,
  untold,
} from './harness.ts';

const STEP = 30_000;
const HOUR = 60 * MINUTE;
const EPISODE = `r1-a-${START}`;

const take = (h: Harness, by = 'han', ttl = 4 * HOUR) =>
  h.acks.take({ episode: EPISODE, name: 'rule r1 (topic=a)', severity: 'warning' }, by, ttl);
const repeat = (minutes: number, over: object = {}) =>
  intent('a', { kind: 'repeat', t: START + minutes * MINUTE, ...over });

describe('an acknowledged alert', () => {
  test('is not repeated, its end is told, and the log says who took it on', async () => {
    const h = makeHarness();
    addChannel(h, 'oncall');
    await h.commit(intent('a'));
    await h.settle();

    await take(h);
    await h.commit(repeat(30));
    await h.settle();
    await h.commit(end('a', START + 40 * MINUTE));
    await h.settle();

    assert.deepEqual(told(h), ['oncall firing: a', 'oncall resolved: a']);
    assert.deepEqual(await untold(h), ['oncall repeat acked han: a']);
    assert.deepEqual(await h.store.list('ack'), [], 'with its alert it is over');
  });

  test('is told again when it grows worse, and stays unacknowledged after that', async () => {
    const h = makeHarness();
    addChannel(h, 'oncall');
    await h.commit(intent('a'));
    await h.settle();

    await take(h);
    await h.commit(intent('a', { t: START + MINUTE, severity: 'critical' }));
    await h.settle();
    await h.commit(repeat(2));
    await h.settle();

    assert.deepEqual(told(h), ['oncall firing: a', 'oncall firing: a', 'oncall firing: a']);
    assert.equal(h.acks.of(EPISODE, 'warning'), null);
  });

  test('is repeated again when the time is over', async () => {
    const h = makeHarness();
    addChannel(h, 'oncall');
    await h.commit(intent('a'));
    await h.settle();
    await take(h, 'han', HOUR);

    await h.clock.advance(HOUR);
    await h.commit(repeat(60));
    await h.settle();

    assert.deepEqual(told(h), ['oncall firing: a', 'oncall firing: a']);
  });

  test('stays so over a restart', async () => {
    const h = makeHarness();
    addChannel(h, 'oncall');
    await h.commit(intent('a'));
    await h.settle();
    await take(h);

    h.restart();
    await h.commit(repeat(30));
    await h.settle();

    assert.deepEqual(told(h), ['oncall firing: a']);
  });

  test('is marked in what others are told, and has no link any more', async () => {
    const h = makeHarness();
    addChannel(h, 'oncall');
    await h.commit(intent('a'));
    await h.settle();
    await take(h);
    await h.commit(intent('a', { kind: 'stale', t: START + MINUTE }));
    await h.settle();

    const [first, second] = h.sent.map(({ message }) => message.alerts[0]);
    assert.match(first?.ackUrl ?? '', /^http:\/\/tw\.example\/api\/v1\/ack\?alert=/);
    assert.deepEqual([second?.ackedBy, second?.ackUrl], ['han', undefined]);
  });

  test('is in the audit trail, taken and ended', async () => {
    const h = makeHarness();
    await take(h);
    await h.acks.end(EPISODE, 'li');

    const entries = (await h.store.listAudit(10)).items as { who: string; before: unknown; after: unknown }[];
    assert.deepEqual(
      entries.map(({ who, before, after }) => [who, before !== null, after !== null]),
      [
        ['li', true, false],
        ['han', false, true],
      ],
    );
  });
});

describe('escalation', () => {
  const LEVELS = [
    { after: '5m', receivers: ['lead'] },
    { after: '15m', receivers: ['boss'] },
  ];
  async function escalating(more: object = {}): Promise<Harness> {
    const h = makeHarness();
    for (const name of ['team', 'lead', 'boss']) addChannel(h, name);
    addRoute(h, 'x', { receivers: ['team'], group_wait: '0', group_interval: '1m', escalation: LEVELS, ...more });
    await h.commit(intent('a'));
    await h.settle();
    return h;
  }

  test('tells the next level when nobody has acknowledged, each once, and the end to all of them', async () => {
    const h = await escalating();
    await h.pass(30 * MINUTE, STEP);
    await h.commit(end('a', START + 30 * MINUTE));
    await h.pass(2 * MINUTE, STEP);

    assert.deepEqual(
      [...told(h).slice(0, 3), ...told(h).slice(3).sort()],
      [
        'team firing: a',
        'lead firing: a',
        'boss firing: a',
        'boss resolved: a',
        'lead resolved: a',
        'team resolved: a',
      ],
    );
    assert.deepEqual(
      h.sent.slice(0, 3).map(({ at }) => (at - START) / MINUTE),
      [0, 5, 15],
    );
    assert.deepEqual(h.sent[2]?.message.alerts[0]?.annotations.at(-1), { name: 'escalation', value: 'level 2' });
  });

  test('stops when somebody acknowledges, and goes on when that is over', async () => {
    const h = await escalating();
    await h.pass(6 * MINUTE, STEP);
    await take(h, 'han', HOUR);
    await h.pass(59 * MINUTE, STEP);
    assert.deepEqual(told(h), ['team firing: a', 'lead firing: a']);

    await h.pass(2 * MINUTE, STEP);

    assert.deepEqual(told(h).slice(2), ['boss firing: a']);
  });

  test('goes on where it was after a restart', async () => {
    const h = await escalating();
    await h.pass(6 * MINUTE, STEP);

    h.restart();
    await h.pass(10 * MINUTE, STEP);

    assert.deepEqual(told(h), ['team firing: a', 'lead firing: a', 'boss firing: a']);
  });

  test('does not begin for an alert that is over', async () => {
    const h = await escalating();
    await h.commit(end('a', START + MINUTE));
    await h.pass(30 * MINUTE, STEP);

    assert.deepEqual(told(h), ['team firing: a', 'team resolved: a']);
  });

  test('who was reached by it hears when it grows worse', async () => {
    const h = await escalating();
    await h.pass(6 * MINUTE, STEP);
    await h.commit(intent('a', { t: START + 7 * MINUTE, severity: 'critical' }));
    await h.pass(2 * MINUTE, STEP);

    assert.deepEqual(told(h).slice(2).sort(), ['lead firing: a', 'team firing: a']);
  });

  test('a route repeats at most as often as the rule allows', async () => {
    const h = makeHarness();
    addChannel(h, 'team');
    addRoute(h, 'x', { receivers: ['team'], group_wait: '0', repeat_interval: '10m' });
    await h.commit(intent('a', { maxRepeats: 2 }));
    await h.pass(HOUR, STEP);

    assert.equal(h.sent.length, 3);
  });
});

describe('links', () => {
  const links = new AckLinks(Buffer.from('secret'), 'http://tw.example/');
  const ticket = { alert: EPISODE, channel: 'mail', expires: START + HOUR };
  const signature = new URL(links.url(ticket)).searchParams.get('sig') ?? '';
  const isForbidden = (error: unknown): boolean => error instanceof UserError && error.status === 403;

  test('a link that was made here is good until it expires', () => {
    links.check(ticket, signature, START);
    assert.throws(() => links.check(ticket, signature, ticket.expires), isForbidden);
  });
  const FORGED: readonly [string, Partial<typeof ticket>, string][] = [
    ['another alert', { alert: 'other' }, signature],
    ['another channel', { channel: 'boss' }, signature],
    ['a later expiry', { expires: ticket.expires + 1 }, signature],
    ['no signature', {}, ''],
    ['a signature of another length', {}, `${signature}x`],
    ['a changed signature', {}, signature.replace(/^./, first => (first === 'A' ? 'B' : 'A'))],
    ['what is not ASCII', {}, 'é'.repeat(signature.length)],
  ];
  for (const [sentence, change, sig] of FORGED)
    test(`${sentence} is refused`, () =>
      assert.throws(() => links.check({ ...ticket, ...change }, sig, START), isForbidden));

  test('the secret is made once and kept', async () => {
    const store = openSqliteStateStore({ path: ':memory:' });
    const [first, second] = await Promise.all([ackLinkSecret(store), ackLinkSecret(store)]);
    assert.deepEqual([first, await ackLinkSecret(store)], [second, first]);
    assert.equal(first.length, 32);
    await store.close();
  });
});
