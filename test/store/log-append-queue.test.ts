import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StoreAwayError } from '../../model/errors.ts';
import { AppendQueue } from '../../store/sqlite/log-append-queue.ts';
import type { LogBatch } from '../../store/sqlite/log-batch.ts';
import { row, T0 } from '../contract/log-store-lines.ts';

type Refusals = { line: number; reason: string }[][];

/** A writer that answers when the test says so. */
class FakeWriter {
  readonly sent: { batches: readonly LogBatch[]; answer: (refused: Refusals) => void; fail: (error: Error) => void }[] =
    [];
  readonly send = (batches: readonly LogBatch[]): Promise<Refusals> =>
    new Promise((answer, fail) => void this.sent.push({ batches, answer, fail }));
}

const rows = (n: number, from = 0) => Array.from({ length: n }, (_, i) => row(from + i, { ts: T0 + i }));
const nothing = (batches: readonly LogBatch[]): Refusals => batches.map(() => []);

test('two messages are under way, and what waits behind them is joined', async () => {
  const writer = new FakeWriter();
  const queue = new AppendQueue(writer.send);

  const appends = [1, 2, 3, 4].map(n => queue.append(rows(n)));
  assert.deepEqual(
    writer.sent.map(({ batches }) => batches.length),
    [1, 1],
  );
  assert.equal(queue.length, 2);
  writer.sent[0]?.answer([[]]);
  await appends[0];
  await new Promise(resolve => setImmediate(resolve));

  assert.deepEqual(
    writer.sent[2]?.batches.map(({ index }) => index.length),
    [3, 4],
  );
  writer.sent[1]?.answer([[]]);
  writer.sent[2]?.answer([[], []]);
  await queue.drain();
  assert.deepEqual(await Promise.all(appends), [[], [], [], []]);
});

test('refusals come back by place among the rows given, those of the writer and those before it', async () => {
  const writer = new FakeWriter();
  const queue = new AppendQueue(writer.send);

  const refused = queue.append([
    row(0, { ts: Number.NaN }, { recordTs: T0 }),
    row(1, {}),
    row(2, {}),
    row(3, { ts: -1e15 }, { recordTs: T0 }),
  ]);
  writer.sent[0]?.answer([[{ line: 1, reason: 'full' }]]);

  assert.deepEqual(await refused, [
    { index: 0, reason: 'the timestamp is not a whole number of milliseconds' },
    { index: 2, reason: 'full' },
    { index: 3, reason: 'the timestamp is more than eight years from the record time' },
  ]);
});

test('rows of which none can be stored are not sent', async () => {
  const writer = new FakeWriter();

  const refused = await new AppendQueue(writer.send).append([row(0, { ts: 0.5 })]);

  assert.equal(refused.length, 1);
  assert.deepEqual(writer.sent, []);
});

test('too many lines waiting are turned away at once, and taken when there is room again', async () => {
  const writer = new FakeWriter();
  const queue = new AppendQueue(writer.send);
  const first = queue.append(rows(150_000));

  await assert.rejects(
    queue.append(rows(60_000)),
    error => error instanceof StoreAwayError && /150000 lines wait/.test(error.message),
  );
  writer.sent[0]?.answer([[]]);
  await first;
  await queue.drain();

  const second = queue.append(rows(60_000));
  writer.sent[1]?.answer(nothing(writer.sent[1].batches));
  assert.deepEqual(await second, []);
});

test('a failure rejects every batch of the message, and the next message goes out', async () => {
  const writer = new FakeWriter();
  const queue = new AppendQueue(writer.send);
  const appends = [1, 2, 3, 4].map(n => queue.append(rows(n)));
  const settled = Promise.allSettled(appends);

  writer.sent[0]?.fail(new StoreAwayError('gone'));
  writer.sent[1]?.answer([[]]);
  await appends[1];
  await new Promise(resolve => setImmediate(resolve));
  writer.sent[2]?.fail(new StoreAwayError('gone'));

  assert.deepEqual(
    (await settled).map(({ status }) => status),
    ['rejected', 'fulfilled', 'rejected', 'rejected'],
  );
});
