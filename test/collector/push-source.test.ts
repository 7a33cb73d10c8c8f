import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPushSource, OverloadedError } from '../../collector/push-source.ts';
import type { BatchSink, RawBatch } from '../../collector/source.ts';
import { ManualClock } from '../../model/clock.ts';
import { StoreAwayError, UserError } from '../../model/errors.ts';
import { createTelemetry } from '../../model/telemetry.ts';
import { MemoryDocs } from './fakes.ts';

const AT = Date.parse('2026-11-21T10:00:00Z');
const text = (value: Uint8Array): string => Buffer.from(value).toString();

function setup(limits: { inFlightBytes?: number; bodyBytes?: number; batchRecords?: number } = {}) {
  const state = new MemoryDocs();
  const clock = new ManualClock(AT);
  const batches: RawBatch[] = [];
  const gate: { failure: Error | null; open: Promise<void> } = { failure: null, open: Promise.resolve() };
  const sink: BatchSink = async batch => {
    assert.ok(
      [...state.docs.keys()].some(key => key.startsWith('intake_key/')),
      'the receipt is kept before any row',
    );
    await gate.open;
    if (gate.failure) throw gate.failure;
    batches.push(batch);
    const rejected = batch.records.flatMap((record, index) =>
      text(record.value) === 'bad' ? [{ index, code: 'not-json', reason: 'bad' }] : [],
    );
    return { accepted: batch.records.length - rejected.length, rejected };
  };
  const push = createPushSource({ sink, state, clock, telemetry: createTelemetry(), limits });
  const ingest = (body: string, idempotencyKey?: string) =>
    push.ingest({ stream: 'logs', body: Buffer.from(body), ...(idempotencyKey && { idempotencyKey }) });
  const lines = (): string[] => batches.flatMap(batch => batch.records.map(record => text(record.value)));
  return { push, ingest, lines, batches, state, clock, gate };
}

for (const [sentence, body, expected] of [
  ['lines', 'a\nb\n', ['a', 'b']],
  ['lines without a last newline, with a blank tail', 'a\nb\n\n  \n', ['a', 'b']],
  ['an empty line in between is a record of its own', 'a\n\nb', ['a', '', 'b']],
  ['a JSON array', ' [{"a":1},\n "b", 3]\n', ['{"a":1}', 'b', '3']],
  ['lines that only begin like an array', '[INFO] a\n[WARN] b', ['[INFO] a', '[WARN] b']],
  ['nothing', ' \n', []],
] as const) {
  test(`a body of ${sentence}`, async () => {
    const { ingest, lines } = setup();

    const answer = await ingest(body);

    assert.deepEqual(lines(), expected);
    assert.deepEqual(answer, { accepted: expected.length, rejected: [], rejected_total: 0 });
  });
}

test('rejections name lines of the body across batches; the first hundred are listed', async () => {
  const { ingest, batches } = setup({ batchRecords: 40 });

  const answer = await ingest(`ok\n${'bad\n'.repeat(150)}`);

  assert.equal(batches.length, 4);
  assert.deepEqual([answer.accepted, answer.rejected.length, answer.rejected_total], [1, 100, 150]);
  assert.deepEqual([answer.rejected[0]?.line, answer.rejected[99]?.line], [2, 101]);
  assert.deepEqual(
    batches.flatMap(batch => batch.records.map(record => record.offset)),
    Array.from({ length: 151 }, (_, i) => i + 1),
  );
});

test('a repeated key counts once: later, at the same time, and in a new process', async () => {
  const { ingest, lines, state, clock } = setup();
  const [first, together] = await Promise.all([ingest('a\nbad', 'k1'), ingest('a\nbad', 'k1')]);
  await clock.advance(86_400_000);
  const later = await ingest('a\nbad', 'k1');
  const fresh = createPushSource({
    sink: async () => assert.fail('not again'),
    state,
    clock,
    telemetry: createTelemetry(),
  });
  const restarted = await fresh.ingest({ stream: 'logs', body: Buffer.from('a\nbad'), idempotencyKey: 'k1' });

  assert.deepEqual(lines(), ['a', 'bad']);
  for (const answer of [together, later, restarted]) assert.deepEqual(answer, first);
});

test('without a key the body itself counts once within ten minutes, and anew after', async () => {
  const { ingest, batches, clock } = setup();
  await ingest('a');
  await clock.advance(599_000);
  await ingest('a');
  assert.equal(batches.length, 1);

  await clock.advance(2000);
  await ingest('a');

  assert.equal(batches.length, 2);
  assert.notEqual(batches[0]?.epoch, batches[1]?.epoch);
});

test('a retry after a failure is exact: same epoch, same day, though days later', async () => {
  const { ingest, batches, gate, clock } = setup();
  gate.failure = new StoreAwayError('away');
  await assert.rejects(ingest('a', 'k'), StoreAwayError);
  gate.failure = null;
  await clock.advance(2 * 86_400_000);

  await ingest('a', 'k');

  assert.deepEqual(
    [batches[0]?.epoch, batches[0]?.records[0]?.recordTs, batches[0]?.arrivedAt],
    ['k', AT, AT + 2 * 86_400_000],
  );
});

test('the same key in another stream is another request', async () => {
  const { push, batches } = setup();
  for (const stream of ['logs', 'metrics'] as const)
    await push.ingest({ stream, body: Buffer.from('a'), idempotencyKey: 'k' });

  assert.deepEqual(
    batches.map(batch => batch.stream),
    ['logs', 'metrics'],
  );
});

test('over the byte budget a request is refused whole, and one is always let in', async () => {
  const { push, ingest, gate, lines } = setup({ inFlightBytes: 10 });
  const hold = Promise.withResolvers<void>();
  gate.open = hold.promise;
  const first = ingest('x'.repeat(50), 'k1');

  await assert.rejects(
    ingest('y', 'k2'),
    (error: unknown) => error instanceof OverloadedError && error.status === 429 && error.retryAfterSeconds > 0,
  );
  assert.equal(push.inFlightBytes, 50);
  hold.resolve();
  await first;
  await ingest('y', 'k2');

  assert.deepEqual(lines(), ['x'.repeat(50), 'y']);
  assert.equal(push.inFlightBytes, 0);
});

test('a body or key beyond its limit is refused by name', async () => {
  const { ingest } = setup({ bodyBytes: 3 });

  await assert.rejects(
    ingest('abcd'),
    (error: unknown) => error instanceof UserError && error.code === 'too-large' && error.status === 413,
  );
  await assert.rejects(
    ingest('a', 'k'.repeat(300)),
    (error: unknown) => error instanceof UserError && error.code === 'bad-request',
  );
});

test('stop waits for what is under way and refuses the rest', async () => {
  const { push, ingest, gate, lines } = setup();
  const hold = Promise.withResolvers<void>();
  gate.open = hold.promise;
  const running = ingest('a');
  const stopped = push.stop();
  await assert.rejects(ingest('b'), StoreAwayError);
  hold.resolve();

  await Promise.all([running, stopped]);

  assert.deepEqual(lines(), ['a']);
});
