/** Many questions to a store: how many at once, and what becomes of them when nobody waits any longer. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RuleReaders } from '../../../alerting/evaluate/frame.ts';
import { readColumns } from '../../../alerting/evaluate/read-columns.ts';
import { compileRule } from '../../../alerting/evaluate/rule.ts';
import { MINUTE, rule, START } from './scenario.ts';

const RULES = 300;
const REQUESTS = Array.from({ length: RULES }, (_, i) => ({
  rule: compileRule(`r${i}`, rule({ metrics: [{ metric: `metric_${i}` }] })),
  ticks: [START],
}));
const resolve = (metric: string) => [{ name: metric }];

/** A store that answers a turn later and counts; every metric is its own number. */
function slowStore(): { readonly readers: RuleReaders; asked: number; most: number } {
  let open = 0;
  const store = {
    asked: 0,
    most: 0,
    readers: {
      logs: null,
      metrics: {
        async window({ names, at }: Parameters<RuleReaders['metrics']['window']>[0]) {
          store.asked++;
          store.most = Math.max(store.most, ++open);
          await new Promise<void>(done => setImmediate(done));
          open--;
          const value = Number(names[0]?.name.replace('metric_', ''));
          return [{ labels: {}, points: at.map(t => [t, value] as const) }];
        },
      },
    },
  };
  return store;
}

test('all questions are answered, side by side but not all at once', async () => {
  const store = slowStore();
  const answers = await readColumns(REQUESTS, { readers: store.readers, resolve });

  const values = answers.map(answer => ('columns' in answer ? answer.columns(START)[0]?.value('') : answer));
  assert.deepEqual(
    values,
    REQUESTS.map((_, i) => i),
  );
  assert.equal(store.asked, RULES);
  assert.ok(store.most > 1 && store.most < RULES / 2, `${store.most} at once`);
});

test('rules that ask the same share one question, whatever the instants', async () => {
  const store = slowStore();
  const same = compileRule('same', rule({ metrics: [{ metric: 'metric_7' }, { metric: 'metric_7', offset: '5m' }] }));
  const requests = [START, START + MINUTE].map(t => ({ rule: same, ticks: [t] }));
  const answers = await readColumns(requests, { readers: store.readers, resolve });

  assert.equal(store.asked, 1);
  for (const [i, answer] of answers.entries()) {
    const columns = 'columns' in answer ? answer.columns(START + i * MINUTE) : [];
    assert.deepEqual(
      columns.map(column => column.value('')),
      [7, 7],
    );
  }
});

test('nothing more is asked once the time is over, and every rule left hears why', async () => {
  const store = slowStore();
  const abort = new AbortController();
  const reading = readColumns(REQUESTS, { readers: store.readers, resolve }, abort.signal);
  const reason = new Error('the store did not answer in time');
  abort.abort(reason);
  const answers = await reading;

  assert.ok(store.asked < RULES, `${store.asked} asked`);
  const failed = answers.filter(answer => 'error' in answer && answer.error === reason);
  assert.equal(failed.length, RULES - store.asked);
});
