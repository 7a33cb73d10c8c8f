import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addChannel, addRoute, end, intent, MINUTE, makeHarness, START, told } from './harness.ts';

test('what one tick of a rule finds is one message on each channel of its receivers', async () => {
  const h = makeHarness();
  addChannel(h, 'mail');
  addChannel(h, 'robot');
  h.receivers.set('oncall', ['mail', 'robot']);

  await h.commit(intent('a'), intent('b', { severity: 'critical' }));
  await h.settle();

  assert.deepEqual(told(h), ['mail firing: a b', 'robot firing: a b']);
  assert.equal(h.sent[0]?.message.severity, 'critical');
  assert.equal(h.sent[0]?.message.alerts[0]?.labels['topic'], 'b', 'the worst comes first');
  assert.deepEqual(await h.store.openIntents(), []);
});

test('an end is told where the beginning was, whatever the rule says by then', async () => {
  const h = makeHarness();
  addChannel(h, 'old');
  addChannel(h, 'new');

  await h.commit(intent('a', { receivers: ['old'] }));
  await h.settle();
  await h.commit(end('a', START + MINUTE, { receivers: ['new'] }));
  await h.settle();

  assert.deepEqual(told(h), ['old firing: a', 'old resolved: a']);
});

test('the title of an end names the alert, not the numbers it recovered to', async () => {
  const h = makeHarness();
  addChannel(h, 'oncall');

  await h.commit(intent('a'));
  await h.settle();
  await h.commit(end('a', START + MINUTE, { summary: 'a is 0ms behind' }));
  await h.settle();

  assert.deepEqual(
    h.sent.map(({ message }) => message.title),
    ['rule r1: a is behind', 'rule r1 (topic=a)'],
  );
});

test('an end whose beginning nobody was told is told to nobody', async () => {
  const h = makeHarness();
  addChannel(h, 'oncall');

  await h.commit(end('a', START + MINUTE));
  await h.settle();

  assert.deepEqual(told(h), []);
  assert.deepEqual(await h.store.openIntents(), []);
  assert.equal((await h.outcomes('dispatch'))['end-of-untold'], 1);
});

test('an end that overtakes its untold beginning replaces it', async () => {
  const h = makeHarness();
  addChannel(h, 'oncall');

  await h.commit(intent('a'), end('a', START + MINUTE), intent('b'));
  await h.settle();

  assert.deepEqual(told(h).sort(), ['oncall firing: b', 'oncall resolved: a']);
});

test('a new episode is not taken for the end of the old one', async () => {
  const h = makeHarness();
  addChannel(h, 'oncall');
  await h.commit(intent('a'));
  await h.settle();

  await h.commit(end('a', START + MINUTE), intent('a', { t: START + 2 * MINUTE, startsAt: START + 2 * MINUTE }));
  await h.settle();

  assert.deepEqual(told(h).sort(), ['oncall firing: a', 'oncall firing: a', 'oncall resolved: a']);
});

test('both ends of an alert about the daemon are told', async () => {
  const h = makeHarness();
  addChannel(h, 'oncall');
  const meta = { kind: 'meta', groupKey: 'query-failed', code: 'query-failed' } as const;

  await h.commit(intent('', meta));
  await h.settle();
  await h.commit(intent('', { ...meta, t: START + MINUTE, endsAt: START + MINUTE }));
  await h.settle();

  assert.deepEqual(
    h.sent.map(({ message }) => [message.status, message.alerts[0]?.status]),
    [
      ['info', 'meta'],
      ['resolved', 'resolved'],
    ],
  );
});

const FALLBACKS: readonly [string, { receivers: string[]; owner: string; meta: string[] }, string[]][] = [
  ['the rule names one', { receivers: ['own'], owner: 'dw', meta: ['ops'] }, ['own firing: a']],
  ['the rule names none: the owner of the job', { receivers: [], owner: 'dw', meta: ['ops'] }, ['team firing: a']],
  [
    'the rule names one that leads nowhere: the owner',
    { receivers: ['gone'], owner: 'dw', meta: ['ops'] },
    ['team firing: a'],
  ],
  ['no owner either: the receivers of the daemon', { receivers: [], owner: '', meta: ['ops'] }, ['ops firing: a']],
  ['nobody at all: counted', { receivers: [], owner: '', meta: [] }, []],
];
for (const [sentence, given, expected] of FALLBACKS) {
  test(`who is told: ${sentence}`, async () => {
    const h = makeHarness();
    for (const name of ['own', 'team', 'ops']) addChannel(h, name);
    h.owners.set('dw', ['team']);
    h.metaReceivers = given.meta;
    h.impact = { ownerOf: () => given.owner, affects: () => [] };

    await h.commit(intent('a', { receivers: given.receivers }));
    await h.settle();

    assert.deepEqual(told(h), expected);
    assert.deepEqual(await h.store.openIntents(), []);
    assert.equal((await h.outcomes('dispatch'))['no-receiver'], expected.length === 0 ? 1 : undefined);
  });
}

test('a message says whose it is, what it breaks, and the log line that explains it', async () => {
  const h = makeHarness();
  addChannel(h, 'oncall');
  h.impact = { ownerOf: () => 'dw', affects: labels => [`report of ${labels['topic']}`] };
  h.logs = {
    explain: async (labels, at) => ({ ts: at - 5, text: `boom in ${labels['topic']}`, url: 'http://tw.example/logs' }),
  };

  await h.commit(intent('a', { late: true }));
  await h.settle();

  const alert = h.sent[0]?.message.alerts[0];
  assert.deepEqual([alert?.owner, alert?.affects, alert?.logLine?.text], ['dw', ['report of a'], 'boom in a']);
  assert.equal(alert?.url, `http://tw.example/alerts/${encodeURIComponent(`r1-a-${START}`)}`);
  assert.deepEqual(alert?.annotations.at(-1), { name: 'late', value: 'true' });
});

for (const [sentence, explain] of [
  ['fails', () => Promise.reject(new Error('away'))],
  ['never answers', () => new Promise<null>(() => {})],
] as const) {
  test(`a log that ${sentence} makes a poorer message, not a missing one`, async () => {
    const h = makeHarness();
    addChannel(h, 'oncall');
    h.logs = { explain };
    await h.commit(intent('a'));

    const settled = h.settle();
    await h.clock.advance(0);
    await h.clock.advance(3_000);
    await settled;

    assert.deepEqual(told(h), ['oncall firing: a']);
    assert.equal((await h.outcomes('dispatch'))['log-unavailable'], 1);
  });
}

test('a storm is told in one message that carries the worst in full and counts the rest', async () => {
  const h = makeHarness();
  addChannel(h, 'oncall');
  const storm = Array.from({ length: 500 }, (_, i) =>
    intent(`t${i}`, { severity: i === 499 ? 'critical' : 'warning' }),
  );

  await h.commit(...storm);
  await h.settle();

  const [sent] = h.sent;
  assert.equal(h.sent.length, 1);
  assert.equal(sent?.message.alerts[0]?.labels['topic'], 't499');
  assert.equal((sent?.message.alerts.length ?? 0) + (sent?.message.omitted ?? 0), 500);
});

test('an intent that cannot be read is counted and holds nothing up', async () => {
  const h = makeHarness();
  addChannel(h, 'oncall');
  await h.store.commitTick('other', null, {
    cursor: null,
    groups: new Map(),
    intents: [{ id: 'x', body: { id: 'x' } }],
    ticks: [],
  });
  await h.commit(intent('a'));

  await h.settle();

  assert.deepEqual(told(h), ['oncall firing: a']);
  assert.deepEqual(await h.store.openIntents(), []);
});

test('a route waits for group_wait, groups by its labels, and paces what follows by group_interval', async () => {
  const h = makeHarness();
  addChannel(h, 'team');
  addRoute(h, 'x', { receivers: ['team'], group_by: ['alertname'], group_wait: '30s', group_interval: '5m' });

  await h.commit(intent('a'));
  await h.pass(20_000);
  await h.commit(intent('b'));
  await h.pass(15_000);
  assert.deepEqual(told(h), ['team firing: a b']);

  await h.commit(intent('c'), end('a', START + MINUTE));
  await h.pass(4 * MINUTE);
  assert.equal(h.sent.length, 1, 'nothing before the interval has passed');
  await h.pass(MINUTE);
  assert.deepEqual(told(h).slice(1), ['team firing: c', 'team resolved: a']);
  assert.equal(h.sent[1]?.message.stillFiring, 1);
});

test('a restart does not begin the wait of a group again', async () => {
  const h = makeHarness();
  addChannel(h, 'team');
  addRoute(h, 'x', { receivers: ['team'], group_wait: '30s' });
  await h.commit(intent('a'));
  await h.pass(25_000);

  h.restart();
  await h.pass(10_000);

  assert.deepEqual(told(h), ['team firing: a']);
});

test('a route repeats at its own interval instead of the rule’s', async () => {
  const h = makeHarness();
  addChannel(h, 'team');
  addRoute(h, 'x', { receivers: ['team'], group_wait: '0', group_interval: '10s', repeat_interval: '2m' });

  await h.commit(intent('a'));
  await h.settle();
  await h.commit(intent('a', { kind: 'repeat', t: START + MINUTE }));
  await h.pass(110_000);
  assert.equal(h.sent.length, 1, 'the rule’s repeat is not told');
  await h.pass(15_000);
  assert.equal(h.sent.length, 2);
  await h.commit(end('a', START + 3 * MINUTE));
  await h.pass(5 * MINUTE);

  assert.deepEqual(told(h), ['team firing: a', 'team firing: a', 'team resolved: a']);
});

test('with continue every matching route tells it, and the intent stays open until the last has', async () => {
  const h = makeHarness();
  addChannel(h, 'quick');
  addChannel(h, 'slow');
  addRoute(h, '1', {
    matchers: { topic: { op: '=~', value: 'a|b' } },
    receivers: ['quick'],
    group_wait: '0',
    continue: true,
  });
  addRoute(h, '2', { receivers: ['slow'], group_wait: '1m' });

  await h.commit(intent('a'), intent('c'));
  await h.pass(5_000);
  assert.deepEqual(told(h), ['quick firing: a']);
  h.restart();
  await h.pass(2 * MINUTE);

  assert.deepEqual(told(h), ['quick firing: a', 'slow firing: a c']);
  assert.deepEqual(await h.store.openIntents(), []);
});

test('a group whose alerts have all ended is forgotten', async () => {
  const h = makeHarness();
  addChannel(h, 'oncall');

  await h.commit(intent('a'));
  await h.settle();
  assert.equal((await h.store.loadGroups()).length, 1);
  await h.commit(end('a', START + MINUTE));
  await h.settle();

  assert.deepEqual(await h.store.loadGroups(), []);
});

test('what a round of evaluation finds is dispatched when it has ended, and never held up for long', async () => {
  const h = makeHarness();
  addChannel(h, 'oncall');
  await h.settle();
  h.isEvaluating = true;
  await h.commit(intent('a'));
  await h.clock.advance(3_000);
  assert.equal((await h.store.openIntents()).length, 1, 'the round is not over');

  await h.clock.advance(5_000);

  assert.deepEqual(await h.store.openIntents(), []);
});

test('a living group waits for rules that have not passed its tick yet, up to group_wait', async () => {
  const h = makeHarness();
  addChannel(h, 'team');
  addRoute(h, 'x', { receivers: ['team'], group_wait: '10s', group_interval: '1m' });
  await h.commit(intent('a', { ruleId: 'slow' }), intent('b', { ruleId: 'quick' }));
  await h.pass(11_000);
  const tick = START + 2 * MINUTE;
  h.nextTick = rule => (rule === 'slow' ? tick : null);
  await h.clock.advance(2 * MINUTE);

  await h.commit(end('b', tick, { ruleId: 'quick' }));
  await h.pass(5_000);
  assert.equal(h.sent.length, 1, 'the slow rule may still end at the same tick');
  await h.commit(end('a', tick, { ruleId: 'slow' }));
  h.nextTick = () => tick + MINUTE;
  await h.pass(5_000);

  assert.deepEqual(told(h), ['team firing: a b', 'team resolved: a b']);
});
