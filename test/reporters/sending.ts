/** What the tests of the channels that speak HTTP share: sending the sample message, and a table of answers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '../../alerting/notify/message.ts';
import type { Notifier, SendOptions, SendResult } from '../../alerting/notify/notifier.ts';
import type { MockAnswer, MockChannel } from '../support/mock-channels.ts';
import { sampleAlert, sampleMessage } from './samples.ts';

export function send(
  notifier: Notifier,
  message: Message = sampleMessage(),
  options: Partial<SendOptions> = {},
): Promise<SendResult> {
  const alerts = message.alerts.map(({ status, labels }, i) => ({ episode: `ep-${i}`, status, labels }));
  return notifier.send(
    message,
    { idempotencyKey: 'key-1', attempt: 1, alerts, ...options },
    AbortSignal.timeout(5_000),
  );
}

/** A sentence, the other side's answer, what it is to be taken for, and the class of the attempt before. */
export type AnswerCase = readonly [
  sentence: string,
  answer: MockAnswer,
  expected: { readonly kind: SendResult['kind']; readonly class?: string; readonly retryAfterMs?: number },
  previousClass?: string,
];

/** One test for each answer: its verdict, that only one request was made, and that a failure says what to do. */
export function testAnswers(
  cases: readonly AnswerCase[],
  channel: () => { mock: MockChannel; notifier: Notifier },
): void {
  for (const [sentence, answer, expected, previousClass] of cases) {
    test(`answer: ${sentence}`, async () => {
      const { mock, notifier } = channel();
      mock.requests.length = 0;
      mock.answers.push(answer);

      const result = await send(notifier, sampleMessage(), previousClass === undefined ? {} : { previousClass });

      assert.deepEqual(
        Object.fromEntries(Object.keys(expected).map(key => [key, Reflect.get(result, key)])),
        expected,
        JSON.stringify(result),
      );
      assert.equal(mock.requests.length, 1, 'a notifier never repeats by itself');
      if (result.kind !== 'sent') {
        assert.ok(result.error.length > 3, 'it says what the other side said');
        assert.ok((result.remedy ?? '').length > 10, `a remedy for ${result.class}`);
      }
    });
  }
}

/** Answers every HTTP channel must take for what they are. */
export const HTTP_ANSWERS: readonly AnswerCase[] = [
  [
    '429 waits as told',
    { status: 429, headers: { 'retry-after': '7' }, body: 'slow down' },
    { kind: 'retryable', class: 'throttled', retryAfterMs: 7_000 },
  ],
  ['500 is tried again', { status: 500, body: 'oops' }, { kind: 'retryable', class: 'server' }],
  [
    '502 of a proxy is tried again',
    { status: 502, body: '<html>bad gateway</html>' },
    { kind: 'retryable', class: 'server' },
  ],
  [
    '503 waits as told',
    { status: 503, headers: { 'retry-after': '9' }, body: '' },
    { kind: 'retryable', class: 'server', retryAfterMs: 9_000 },
  ],
  [
    'a redirect is not followed',
    { status: 302, headers: { location: 'http://127.0.0.1:1/' }, body: '' },
    { kind: 'permanent', class: 'redirect' },
  ],
];

/** A message of many alerts with texts that are hard to cut and hard to escape. */
export function storm(count: number, text = '作业 "延迟" 😀 <b>&amp;</b> ](http://evil) `x` '): Message {
  const alerts = Array.from({ length: count }, (_, i) =>
    sampleAlert({
      summary: `${i} ${text.repeat(5)}`,
      annotations: [{ name: '提示', value: text }],
      url: `http://tw.example/alerts/${i}`,
      ackUrl: `http://tw.example/ack/${i}`,
    }),
  );
  return sampleMessage({ alerts, omitted: 9_000, url: 'http://tw.example/alerts?group=g1' });
}
