import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Notifier } from '../../alerting/notify/notifier.ts';
import { ManualClock } from '../../model/clock.ts';
import { feishu, signFeishu } from '../../reporters/im/feishu.ts';
import { EVERYWHERE } from '../../reporters/reach.ts';
import { feishuJudge, type MockChannel, startMockChannel } from '../support/mock-channels.ts';
import { AT, sampleMessage } from './samples.ts';
import { HTTP_ANSWERS, send, storm, testAnswers } from './sending.ts';

const HOOK = 'hook-0123456789';
const SECRET = 'fs+secret/=';
const clock = new ManualClock(AT);
let mock: MockChannel;
let bot: Notifier;

describe('Feishu', () => {
  before(async () => {
    mock = await startMockChannel(feishuJudge(HOOK, SECRET, () => clock.now()));
    bot = feishu.open({ base_url: mock.url, hook_id: HOOK, secret: SECRET }, { clock, reach: EVERYWHERE });
  });
  beforeEach(() => {
    mock.requests.length = 0;
    mock.answers.length = 0;
  });
  after(() => mock.close());

  test('a bot that checks signatures takes the message, and it is signed anew at each attempt', async () => {
    assert.equal((await send(bot)).kind, 'sent');
    await clock.advance(7_200_000);

    assert.equal((await send(bot)).kind, 'sent');
    assert.equal(mock.requests[1]?.body.timestamp, String(Math.floor(clock.now() / 1000)), 'seconds, as text');
  });

  test('the key of the signature is "{s}\\n{secret}" and its message is empty', () => {
    // Computed with openssl: printf '' | openssl dgst -sha256 -mac HMAC -macopt hexkey:$(printf '1700000000\ntest' | xxd -p) -binary | base64
    assert.equal(signFeishu('test', '1700000000'), 'eSJQnOl8XqPTMPHWz9e5IzeHS/tqoc68g2967ekIPmg=');
  });

  test('a bot without signatures gets none', async () => {
    const open = feishu.open({ base_url: mock.url, hook_id: HOOK }, { clock, reach: EVERYWHERE });

    mock.answers.push({ body: { code: 0 } });
    await send(open);

    assert.deepEqual(Object.keys(mock.requests[0]?.body ?? {}), ['msg_type', 'card']);
  });

  test('the card is coloured by severity, says what happened and leads to the page', async () => {
    await send(bot);
    await send(bot, sampleMessage({ status: 'resolved' }));

    const [firing, resolved] = mock.requests.map(request => request.body.card);
    assert.deepEqual([firing?.header.template, resolved?.header.template], ['red', 'green']);
    assert.match(firing?.header.title.content ?? '', /告警 Alert.*严重 Critical.*ostream_lag/);
    const text = JSON.stringify(firing?.elements);
    for (const part of ['卸载量: 12', '日活报表, revenue', 'http://tw.example/logs?id=7', '> 10,000,000,000'])
      assert.ok(text.includes(part), part);
    assert.equal(firing?.elements.at(-1)?.actions?.[0]?.url, 'http://tw.example/alerts/e1');
  });

  test('a storm stays within 20 KB with its signature, tells how many are missing and keeps the link', async () => {
    const result = await send(bot, storm(50));

    assert.equal(result.kind, 'sent');
    const shown = new Set(mock.requests[0]?.raw.match(/tw\.example\/alerts\/\d+/g)).size;
    assert.ok(shown > 2 && shown < 50, String(shown));
    assert.ok(mock.requests[0]?.raw.includes(`还有 ${9_050 - shown} 条 and ${9_050 - shown} more`));
    assert.ok(mock.requests[0]?.raw.includes('"url":"http://tw.example/alerts?group=g1"'));
  });

  testAnswers(
    [
      ['code 0 is a success', { body: { code: 0, msg: 'success' } }, { kind: 'sent' }],
      ['StatusCode 0 is a success', { body: { StatusCode: 0, StatusMessage: 'success' } }, { kind: 'sent' }],
      [
        'one of two codes that is not 0 is none',
        { body: { StatusCode: 0, code: 19024, msg: 'Key Words Not Found' } },
        { kind: 'permanent', class: 'keyword' },
      ],
      [
        'the other of two codes that is not 0 is none',
        { body: { StatusCode: 19021, code: 0 } },
        { kind: 'permanent', class: 'sign' },
      ],
      ['19021 sign or clock', { body: { code: 19021, msg: 'sign match fail' } }, { kind: 'permanent', class: 'sign' }],
      ['19022 address', { body: { code: 19022, msg: 'Ip Not Allowed' } }, { kind: 'permanent', class: 'ip' }],
      [
        '19001 hook',
        { body: { code: 19001, msg: 'param invalid: incoming webhook access token invalid' } },
        { kind: 'permanent', class: 'token' },
      ],
      [
        '9499 bad request',
        { status: 400, body: { code: 9499, msg: 'Bad Request' } },
        { kind: 'permanent', class: 'refused' },
      ],
      [
        '9499 that speaks of frequency waits',
        { body: { code: 9499, msg: 'too many request' } },
        { kind: 'retryable', class: 'throttled' },
      ],
      [
        '11232 waits',
        { body: { code: 11232, msg: 'frequency limited psm[lark.oapi.app_platform_runtime]' } },
        { kind: 'retryable', class: 'throttled' },
      ],
      [
        '11232 with a status of 429 waits as told',
        { status: 429, headers: { 'retry-after': '3' }, body: { code: 11232, msg: 'frequency limited' } },
        { kind: 'retryable', class: 'throttled', retryAfterMs: 3_000 },
      ],
      [
        '99991400 of the gateway waits as its own header tells',
        {
          status: 400,
          headers: { 'x-ogw-ratelimit-reset': '12' },
          body: { code: 99991400, msg: 'trigger frequency limit' },
        },
        { kind: 'retryable', class: 'throttled', retryAfterMs: 12_000 },
      ],
      [
        '9499 that speaks of another limit is final',
        { body: { code: 9499, msg: 'Bad Request: the message exceeds the size limit' } },
        { kind: 'permanent', class: 'refused' },
      ],
      ['19002 parameters', { body: { code: 19002, msg: 'params error' } }, { kind: 'permanent', class: 'refused' }],
      [
        'a code nobody knows is tried again, never taken for delivered',
        { body: { code: 987654, msg: '?' } },
        { kind: 'retryable', class: 'unknown' },
      ],
      ['no code at all is no success', { body: { msg: 'success' } }, { kind: 'retryable', class: 'gateway' }],
      ['a code that is a text is no success', { body: { code: '0' } }, { kind: 'retryable', class: 'gateway' }],
      ['a page of a proxy is no success', { body: '<html>login</html>' }, { kind: 'retryable', class: 'gateway' }],
      [
        '201 is not the 200 of the protocol',
        { status: 201, body: { code: 0 } },
        { kind: 'permanent', class: 'refused' },
      ],
      ...HTTP_ANSWERS,
    ],
    () => ({ mock, notifier: bot }),
  );
});
