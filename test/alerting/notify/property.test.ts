/** Whatever happens in whatever order: no end without its beginning, and no beginning twice. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Intent } from '../../../alerting/intent.ts';
import {
  addChannel,
  addInhibition,
  addRoute,
  addSilence,
  end,
  fires,
  type Harness,
  intent,
  makeHarness,
  START,
} from './harness.ts';

const TOPICS = ['a', 'b'] as const;
type Topic = (typeof TOPICS)[number];
type Step =
  | {
      readonly do: 'fire' | 'repeat' | 'worse' | 'resolve' | 'silence' | 'unsilence' | 'inhibit' | 'ack';
      readonly topic: Topic;
    }
  | { readonly do: 'restart' }
  | { readonly do: 'wait'; readonly seconds: number };

const onTopic = fc.record({
  // What begins and ends comes often, so that most scripts hold whole episodes.
  do: fc.constantFrom(
    'fire',
    'fire',
    'fire',
    'resolve',
    'resolve',
    'silence',
    'repeat',
    'worse',
    'unsilence',
    'inhibit',
    'ack',
  ),
  topic: fc.constantFrom(...TOPICS),
}) satisfies fc.Arbitrary<Step>;
const steps = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: onTopic },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('restart') }) satisfies fc.Arbitrary<Step> },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('wait'),
        seconds: fc.integer({ min: 1, max: 90 }),
      }) satisfies fc.Arbitrary<Step>,
    },
  ),
  { minLength: 10, maxLength: 40, size: 'max' },
);

/** Routed: a group that waits and escalates; direct: the rule's own receiver. */
const SETTINGS = ['direct', 'routed'] as const;

function open(setting: (typeof SETTINGS)[number]): Harness {
  const h = makeHarness();
  for (const name of ['oncall', 'team', 'boss']) addChannel(h, name);
  if (setting === 'routed') {
    addRoute(h, 'x', {
      receivers: ['team'],
      group_wait: '0',
      group_interval: '20s',
      repeat_interval: '50s',
      escalation: [{ after: '30s', receivers: ['boss'] }],
    });
  }
  return h;
}

/** Plays the steps as evaluation would: an episode begins once, repeats while it goes on, and ends once. */
async function play(h: Harness, script: readonly Step[], settlesAtOnce: boolean): Promise<void> {
  const live = new Map<Topic, Intent>();
  for (const step of script) {
    const now = h.clock.now();
    if (step.do === 'restart') h.restart();
    else if (step.do === 'wait') await h.pass(step.seconds * 1_000, 5_000);
    else await act(h, step.do, step.topic, live, now);
    if (settlesAtOnce) await h.settle();
    await h.clock.advance(1_000);
  }
  h.silences = [];
  h.inhibitions = [];
  await h.pass(120_000, 10_000);
}

async function act(
  h: Harness,
  what: Exclude<Step['do'], 'restart' | 'wait'>,
  topic: Topic,
  live: Map<Topic, Intent>,
  now: number,
): Promise<void> {
  const alert = live.get(topic);
  if (what === 'silence') addSilence(h, topic, now - START, now - START + 60_000);
  else if (what === 'inhibit')
    addInhibition(h, topic, { source_matchers: { topic }, target_matchers: { topic: { op: '!=', value: topic } } });
  else if (what === 'unsilence') h.silences = h.silences.filter(({ id }) => id !== `silence-${topic}`);
  else if (what === 'fire' && alert === undefined) {
    const begun = intent(topic, { t: now, startsAt: now });
    live.set(topic, begun);
    fires(h, begun);
    await h.commit(begun);
  } else if (alert !== undefined) {
    if (what === 'repeat') await h.commit({ ...alert, id: `${alert.id}-${now}`, t: now, kind: 'repeat' });
    if (what === 'worse' && alert.severity !== 'critical') {
      const worse: Intent = { ...alert, id: `${alert.id}-${now}`, t: now, severity: 'critical' };
      live.set(topic, worse);
      await h.commit(worse);
    }
    if (what === 'ack')
      await h.acks.take({ episode: alert.episode, name: topic, severity: alert.severity }, 'han', 60_000);
    if (what === 'resolve') {
      live.delete(topic);
      h.firing = h.firing.filter(({ id }) => id !== alert.episode);
      await h.commit(end(topic, now, { startsAt: alert.startsAt, id: `${alert.id}-end` }));
    }
  }
}

/** Per channel and episode, what was told in order. */
function heard(h: Harness): Map<string, string[]> {
  const words = new Map<string, string[]>();
  for (const { channel, message, options } of h.sent) {
    const kind = message.alerts.map(alert => [alert, alert.status === 'resolved'] as const);
    for (const [alert, isEnd] of kind) {
      const key = `${channel} ${alert.labels['topic']} ${alert.startsAt}`;
      words.set(key, [...(words.get(key) ?? []), isEnd ? 'end' : `word ${options.idempotencyKey}`]);
    }
  }
  return words;
}

for (const setting of SETTINGS) {
  test(`${setting}: an end is told only after its beginning, once and last; no message is sent twice`, async () => {
    await fc.assert(
      fc.asyncProperty(steps, async script => {
        const h = open(setting);
        await play(h, script, setting === 'direct');
        for (const [key, words] of heard(h)) {
          const ends = words.filter(word => word === 'end').length;
          assert.ok(ends <= 1, `${key}: ${words}`);
          if (ends === 1) assert.equal(words.at(-1), 'end', `${key}: ${words}`);
          // Where news wait for the group, an end may take the place of a beginning that was still to be told.
          if (setting === 'direct') assert.notEqual(words[0], 'end', `${key}: an end without its beginning`);
          assert.equal(new Set(words).size, words.length, `${key}: a message came twice`);
        }
        await h.store.close();
      }),
      { numRuns: 12 },
    );
  });
}

test('no channel hears of an episode for the first time twice, and whoever is silent at the end had a reason', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async script => {
      const h = open('direct');
      await play(h, script, true);
      const firsts = new Map<string, number>();
      for (const row of await h.rows()) {
        const body = row.body as { alerts: readonly { episode: string; first?: boolean }[] };
        for (const { episode, first } of body.alerts)
          if (first && row.status === 'delivered')
            firsts.set(`${row.channel} ${episode}`, (firsts.get(`${row.channel} ${episode}`) ?? 0) + 1);
      }
      for (const [key, count] of firsts) assert.equal(count, 1, key);
      // Silences are over and nothing inhibits: whoever fires has been told.
      for (const { id } of h.firing) assert.equal(firsts.get(`oncall ${id}`), 1, `${id} still fires and nobody knows`);
      assert.deepEqual(await h.store.openIntents(), []);
      await h.store.close();
    }),
    { numRuns: 12 },
  );
});
