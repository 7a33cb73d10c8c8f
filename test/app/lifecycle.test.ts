import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { Lifecycle } from '../../app/lifecycle.ts';
import { ManualClock } from '../../model/clock.ts';

const silent = pino({ level: 'silent' });

test('steps run newest first, once, whatever the number of calls', async () => {
  const order: string[] = [];
  const life = new Lifecycle(new ManualClock(0), silent);
  life.onStop('store', () => void order.push('store'));
  life.onStop('http', async () => void order.push('http'));

  await Promise.all([life.stop(1000), life.stop(1000)]);

  assert.deepEqual(order, ['http', 'store']);
});

test('a failing and a hanging step are named and the others still run', async () => {
  const order: string[] = [];
  const clock = new ManualClock(0);
  const life = new Lifecycle(clock, silent);
  life.onStop('store', () => void order.push('store'));
  life.onStop('kafka', () => new Promise<void>(() => undefined));
  life.onStop('http', () => Promise.reject(new Error('boom')));

  const stopped = assert.rejects(life.stop(1000), /"http" failed: boom.*"kafka" took longer than 500 ms/);
  await clock.advance(0);
  await clock.advance(2000);
  await stopped;

  assert.deepEqual(order, ['store']);
});

test('when every step hangs, stopping still ends within the budget', async () => {
  const clock = new ManualClock(0);
  const life = new Lifecycle(clock, silent);
  for (const name of ['store', 'evaluation', 'lease', 'sources'])
    life.onStop(name, () => new Promise<void>(() => undefined));

  const stopped = assert.rejects(
    life.stop(1000),
    /"sources".* 500 ms.*"lease".* 250 ms.*"evaluation".* 125 ms.*"store"/,
  );
  // Time ends with the budget: a stop that took longer would never settle.
  for (let i = 0; i < 100; i++) await clock.advance(10);
  await stopped;
});
