import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Notifier, SendResult } from '../../alerting/notify/notifier.ts';
import { ManualClock } from '../../model/clock.ts';
import { dingtalk, sign } from '../../reporters/im/dingtalk.ts';
import { renderMarkdown } from '../../reporters/im/dingtalk-markdown.ts';
import { EVERYWHERE } from '../../reporters/reach.ts';
import { type DingtalkAnswer, type DingtalkServer, startDingtalkServer } from '../support/dingtalk-server.ts';
import { AT, sampleAlert, sampleMessage } from './samples.ts';

const SECRET = 'SEC0123456789abcdef+/=';
const TOKEN = 'token&with=odd characters';
const NOBODY = { mobiles: [], user_ids: [], all: false };
const clock = new ManualClock(AT);
let server: DingtalkServer;
let robot: Notifier;

describe('DingTalk', () => {
  before(async () => {
    server = await startDingtalkServer({ secret: SECRET, now: () => clock.now() });
    robot = dingtalk.open(
      { base_url: server.url, access_token: TOKEN, secret: SECRET, at: { mobiles: ['13800000000'] } },
      { clock, reach: EVERYWHERE },
    );
  });
  beforeEach(() => {
    server.requests.length = 0;
    server.answers.length = 0;
  });
  after(() => server.close());

  function send(previousClass?: string): Promise<SendResult> {
    const options = { idempotencyKey: 'k', attempt: 1, ...(previousClass === undefined ? {} : { previousClass }) };
    return robot.send(sampleMessage(), options, AbortSignal.timeout(5_000));
  }

  test('a robot that checks signatures takes the message', async () => {
    const result = await send();

    assert.deepEqual(result, { kind: 'sent' });
    assert.equal(server.requests[0]?.token, TOKEN);
  });

  test('each attempt is signed anew with the present time', async () => {
    await send();
    await clock.advance(7_200_000);
    const result = await send();

    assert.equal(result.kind, 'sent');
    assert.deepEqual(
      server.requests.map(request => request.timestamp),
      [String(clock.now() - 7_200_000), String(clock.now())],
    );
  });

  test('the signature is base64(HMAC-SHA256(secret, "{ms}\\n{secret}"))', () => {
    // Computed with openssl: printf '1700000000000\nSECtest' | openssl dgst -sha256 -hmac SECtest -binary | base64
    assert.equal(sign('SECtest', 1_700_000_000_000), 'aZLLrriXgn05YbwaGR7knYsLeJADjr9NwLaNNKpxh4g=');
  });

  const ANSWERS: readonly [string, DingtalkAnswer, Partial<Record<'kind' | 'class' | 'retryAfterMs', unknown>>][] = [
    ['errcode 0 is the only success', { body: { errcode: 0, errmsg: 'ok' } }, { kind: 'sent' }],
    [
      'too fast waits',
      { body: { errcode: 130101, errmsg: 'send too fast, exceed 20 times per minute' } },
      { kind: 'retryable', class: 'throttled' },
    ],
    [
      '410100 is the same in another gateway',
      { body: { errcode: 410100, errmsg: 'speed limited' } },
      { kind: 'retryable', class: 'throttled' },
    ],
    [
      'a missing keyword stays missing',
      { body: { errcode: 310000, errmsg: 'keywords not in content, more: [x]' } },
      { kind: 'permanent', class: 'keyword' },
    ],
    [
      'a wrong secret stays wrong',
      { body: { errcode: 310000, errmsg: 'sign not match, more: [x]' } },
      { kind: 'permanent', class: 'sign' },
    ],
    [
      'a foreign address stays foreign',
      { body: { errcode: 310000, errmsg: 'ip 1.2.3.4 not in whitelist' } },
      { kind: 'permanent', class: 'ip' },
    ],
    [
      'an invalid timestamp is signed again once',
      { body: { errcode: 310000, errmsg: 'invalid timestamp' } },
      { kind: 'retryable', class: 'timestamp' },
    ],
    [
      'the gateway variant without errcode waits as told',
      { body: { status: 1111, wait: 5, punish: 'deny' } },
      { kind: 'retryable', class: 'gateway', retryAfterMs: 5_000 },
    ],
    ['an empty object is no success', { body: {} }, { kind: 'retryable', class: 'gateway' }],
    ['a page of a proxy is no success', { body: '<html>login</html>' }, { kind: 'retryable', class: 'gateway' }],
    ['an empty answer is no success', { body: '' }, { kind: 'retryable', class: 'gateway' }],
    ['errcode null is no success', { body: '{"errcode":null}' }, { kind: 'retryable' }],
    [
      'an unknown token is final',
      { body: { errcode: 300005, errmsg: 'token is not exist' } },
      { kind: 'permanent', class: 'token' },
    ],
    [
      '400101 is a token too',
      { body: { errcode: 400101, errmsg: 'access_token not found' } },
      { kind: 'permanent', class: 'token' },
    ],
    [
      '300001 is final',
      { body: { errcode: 300001, errmsg: 'token is not exist' } },
      { kind: 'permanent', class: 'token' },
    ],
    [
      '300001 that speaks of frequency waits',
      { body: { errcode: 300001, errmsg: 'requests too frequent' } },
      { kind: 'retryable', class: 'throttled' },
    ],
    [
      'a stopped robot is final',
      { body: { errcode: 400102, errmsg: 'robot stopped' } },
      { kind: 'permanent', class: 'robot-stopped' },
    ],
    [
      'a dissolved group is final',
      { body: { errcode: 400013, errmsg: 'group not exist' } },
      { kind: 'permanent', class: 'group-gone' },
    ],
    [
      'a missing parameter is final',
      { body: { errcode: 40035, errmsg: 'missing parameter' } },
      { kind: 'permanent', class: 'bad-parameter' },
    ],
    [
      'a wrong content type is final',
      { body: { errcode: 43004, errmsg: 'content-type' } },
      { kind: 'permanent', class: 'bad-content-type' },
    ],
    [
      'a message too long is final',
      { body: { errcode: 460101, errmsg: 'message too long' } },
      { kind: 'permanent', class: 'too-large' },
    ],
    [
      'what else the robot checks is final',
      { body: { errcode: 310000, errmsg: 'outgoing is off' } },
      { kind: 'permanent', class: 'refused' },
    ],
    [
      'a text in the place of the number counts too',
      { body: '{"errcode":"130101","errmsg":"send too fast"}' },
      { kind: 'retryable', class: 'throttled' },
    ],
    ['busy is tried again', { body: { errcode: -1, errmsg: 'system busy' } }, { kind: 'retryable', class: 'server' }],
    [
      'a code nobody knows is tried again, never taken for delivered',
      { body: { errcode: 987654, errmsg: '?' } },
      { kind: 'retryable', class: 'unknown' },
    ],
    [
      '429 waits as told',
      { status: 429, headers: { 'retry-after': '7' }, body: 'slow' },
      { kind: 'retryable', class: 'throttled', retryAfterMs: 7_000 },
    ],
    ['502 is tried again', { status: 502, body: 'bad gateway' }, { kind: 'retryable', class: 'server' }],
    ['404 is final', { status: 404, body: 'nothing here' }, { kind: 'permanent', class: 'refused' }],
    [
      'a redirect is not followed',
      { status: 302, headers: { location: 'http://127.0.0.1:1/' }, body: '' },
      { kind: 'permanent', class: 'redirect' },
    ],
    ['201 is not the 200 of the protocol', { status: 201, body: { errcode: 0 } }, { kind: 'permanent' }],
  ];
  for (const [sentence, answer, expected] of ANSWERS) {
    test(`answer: ${sentence}`, async () => {
      server.answers.push(answer);

      const result = await send();

      assert.deepEqual(Object.fromEntries(Object.keys(expected).map(key => [key, Reflect.get(result, key)])), expected);
      assert.equal(server.requests.length, 1, 'a notifier never repeats by itself');
      if (result.kind !== 'sent') assert.ok((result.remedy ?? '').length > 10, `a remedy for ${result.class}`);
    });
  }

  test('an invalid timestamp twice running is final', async () => {
    server.answers.push({ body: { errcode: 310000, errmsg: 'invalid timestamp' } });

    const result = await send('timestamp');

    assert.equal(result.kind, 'permanent');
  });

  test('no answer within the time limit is a timeout', async () => {
    server.answers.push({ body: null });
    const abort = new AbortController();

    const sending = robot.send(sampleMessage(), { idempotencyKey: 'k', attempt: 1 }, abort.signal);
    while (server.requests.length === 0) await new Promise(resolve => setImmediate(resolve));
    abort.abort(new Error('time is up'));

    const { kind, ...why } = await sending;
    assert.equal(kind, 'retryable');
    assert.equal(Reflect.get(why, 'class'), 'timeout');
    assert.equal(Reflect.get(why, 'error'), 'no answer in time');
  });

  test('a robot that is not there is a network failure, and no secret is in its text', async () => {
    const gone = dingtalk.open(
      { base_url: 'http://127.0.0.1:9', access_token: 'tok-123', secret: SECRET },
      { clock, reach: EVERYWHERE },
    );

    const result = await gone.send(sampleMessage(), { idempotencyKey: 'k', attempt: 1 }, AbortSignal.timeout(5_000));

    assert.equal(result.kind === 'retryable' && result.class, 'network');
    assert.doesNotMatch(JSON.stringify(result), /tok-123|SEC0123/);
  });

  test('the text says what, since when, whose, with the numbers and the hint columns', () => {
    const { markdown, at } = JSON.parse(
      renderMarkdown(sampleMessage(), { mobiles: ['13800000000'], user_ids: ['u1'], all: false }, 'both'),
    );

    assert.match(markdown.title, /告警 Alert.*严重 Critical.*ostream_lag/);
    for (const part of [
      'sdk_log 12,345,678,901 > 10,000,000,000',
      '卸载量: 12',
      '2026-11-21 17:55:00 GMT+8',
      'dw-team',
      '日活报表, revenue',
      'http://tw.example/alerts/e1',
      'http://tw.example/logs?id=7',
    ]) {
      assert.ok(markdown.text.includes(part), part);
    }
    assert.match(markdown.text, /@13800000000/, 'a mobile that is not in the text is not called');
    assert.deepEqual(at, { atMobiles: ['13800000000'], atUserIds: ['u1'], isAtAll: false });
  });

  test('texts of the outside cannot make links or tags', () => {
    const alert = sampleAlert({
      summary: 'x](http://evil) <font color=red>',
      annotations: [{ name: 'n', value: '![p](http://evil/p.png)' }],
    });

    const { markdown } = JSON.parse(renderMarkdown(sampleMessage({ alerts: [alert] }), NOBODY, 'both'));

    assert.doesNotMatch(markdown.text, /\]\(http:\/\/evil/);
    assert.doesNotMatch(markdown.text, /<font/);
  });

  test('a storm stays within 20,000 bytes, tells how many are missing and keeps the link', () => {
    const alerts = Array.from({ length: 50 }, (_, i) =>
      sampleAlert({ summary: `作业 ${i} ${'"延迟" '.repeat(100)}`, url: `http://tw.example/alerts/${i}` }),
    );

    const body = renderMarkdown(
      sampleMessage({ alerts, omitted: 9_950 }),
      { ...NOBODY, mobiles: ['13800000000'] },
      'both',
    );

    assert.ok(Buffer.byteLength(body) <= 20_000);
    const { text } = JSON.parse(body).markdown as { text: string };
    const shown = text.match(/tw\.example\/alerts\/\d+/g)?.length ?? 0;
    assert.ok(shown > 2);
    assert.ok(text.includes(`还有 ${10_000 - shown} 条`));
    assert.match(text, /\[查看详情 Open\]\(http:\/\/tw\.example\/alerts\/e1\)\n\n@13800000000$/);
  });
});
