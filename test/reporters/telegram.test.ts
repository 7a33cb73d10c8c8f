import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Notifier } from '../../alerting/notify/notifier.ts';
import { ManualClock } from '../../model/clock.ts';
import { EVERYWHERE } from '../../reporters/reach.ts';
import { telegram } from '../../reporters/telegram.ts';
import { type MockAnswer, type MockChannel, startMockChannel, telegramJudge } from '../support/mock-channels.ts';
import { AT, sampleAlert, sampleMessage } from './samples.ts';
import { HTTP_ANSWERS, send, storm, testAnswers } from './sending.ts';

const TOKEN = '123456:AA-bb_cc';
const CHAT = -1001234567890;
const clock = new ManualClock(AT);
let mock: MockChannel;
let bot: Notifier;

describe('Telegram', () => {
  before(async () => {
    mock = await startMockChannel(telegramJudge(TOKEN, CHAT));
    bot = open(CHAT);
  });
  beforeEach(() => {
    mock.requests.length = 0;
    mock.answers.length = 0;
  });
  after(() => mock.close());

  function open(chat: number | string): Notifier {
    return telegram.open({ base_url: mock.url, token: TOKEN, chat_id: chat }, { clock, reach: EVERYWHERE });
  }

  function refusal(status: number, description: string, parameters?: object): MockAnswer {
    return { status, body: { ok: false, error_code: status, description, ...(parameters ? { parameters } : {}) } };
  }

  test('the text says what, since when and whose; a firing rings, an end does not', async () => {
    assert.equal((await send(bot)).kind, 'sent');
    assert.equal((await send(bot, sampleMessage({ status: 'resolved' }))).kind, 'sent');

    const [firing, resolved] = mock.requests.map(request => request.body);
    for (const part of [
      '<b>告警 Firing</b>',
      '卸载量: 12',
      '&lt;bad&gt; &amp;',
      '<a href="http://tw.example/alerts/e1">查看详情 Open</a>',
    ])
      assert.ok(firing?.text.includes(part), part);
    assert.deepEqual([firing?.['disable_notification'], resolved?.['disable_notification']], [false, true]);
  });

  test('texts of the outside cannot make tags or links', async () => {
    const alert = sampleAlert({ summary: '<a href="http://evil">x</a> "&quot;', url: 'http://tw.example/a?x="><b>' });

    assert.equal((await send(bot, sampleMessage({ alerts: [alert] }))).kind, 'sent');

    assert.doesNotMatch(mock.requests[0]?.body.text ?? '', /href="http:\/\/evil/);
  });

  test('a storm stays within 4096 characters, every tag closed, and keeps the link; as plain text too', async () => {
    const marked = await send(bot, storm(50));
    const plain = await send(bot, storm(50), { previousClass: 'entities' });

    assert.deepEqual([marked.kind, plain.kind], ['sent', 'sent']);
    const [html, text] = mock.requests.map(request => request.body.text);
    assert.match(html ?? '', /and 90\d\d more <a href="http:\/\/tw\.example\/alerts\?group=g1">查看详情 Open<\/a>$/);
    assert.match(text ?? '', /and 90\d\d more 查看详情 Open http:\/\/tw\.example\/alerts\?group=g1$/);
    assert.ok((text ?? '').length > 2_000);
  });

  test('formatting that Telegram does not understand is sent again as plain text', async () => {
    mock.answers.push(refusal(400, "Bad Request: can't parse entities: Unsupported start tag"));

    const first = await send(bot);
    const second = await send(bot, sampleMessage(), { attempt: 2, previousClass: 'entities' });

    assert.deepEqual(
      [first.kind, first.kind !== 'sent' && first.class, second.kind],
      ['retryable', 'entities', 'sent'],
    );
    assert.deepEqual(
      mock.requests.map(request => request.body.parse_mode),
      ['HTML', undefined],
    );
  });

  test('a group that became a supergroup is written to under its new id', async () => {
    const old = open(-42);
    mock.answers.push(refusal(400, 'Bad Request: group chat was upgraded', { migrate_to_chat_id: CHAT }));

    const first = await send(old);
    const second = await send(old, sampleMessage(), { attempt: 2, previousClass: 'migrated' });

    assert.deepEqual([first.kind, second.kind], ['retryable', 'sent']);
    assert.match(first.kind === 'sent' ? '' : first.error, /-1001234567890/, 'the new id is told');
  });

  testAnswers(
    [
      ['ok true is a success', { body: { ok: true, result: {} } }, { kind: 'sent' }],
      [
        'ok true with another status is none',
        { status: 500, body: { ok: true } },
        { kind: 'retryable', class: 'server' },
      ],
      [
        'ok false with a status of 200 is none',
        { body: { ok: false, description: '?' } },
        { kind: 'retryable', class: 'unknown' },
      ],
      [
        '429 waits as the body tells',
        refusal(429, 'Too Many Requests: retry after 35', { retry_after: 35 }),
        { kind: 'retryable', class: 'throttled', retryAfterMs: 35_000 },
      ],
      ['401 is a wrong token', refusal(401, 'Unauthorized'), { kind: 'permanent', class: 'token' }],
      ['404 is a token that is none', refusal(404, 'Not Found'), { kind: 'permanent', class: 'token' }],
      [
        '403 is final',
        refusal(403, 'Forbidden: bot was kicked from the supergroup chat'),
        { kind: 'permanent', class: 'forbidden' },
      ],
      [
        '400 chat not found is final',
        refusal(400, 'Bad Request: chat not found'),
        { kind: 'permanent', class: 'chat' },
      ],
      [
        '400 without the right to post is final',
        refusal(400, 'Bad Request: not enough rights to send text messages to the chat'),
        { kind: 'permanent', class: 'forbidden' },
      ],
      ['400 a closed topic is final', refusal(400, 'Bad Request: TOPIC_CLOSED'), { kind: 'permanent', class: 'chat' }],
      [
        '400 a topic that is not there is final',
        refusal(400, 'Bad Request: message thread not found'),
        { kind: 'permanent', class: 'chat' },
      ],
      [
        '400 too long is final',
        refusal(400, 'Bad Request: message is too long'),
        { kind: 'permanent', class: 'refused' },
      ],
      [
        "400 can't parse entities is tried as plain text",
        refusal(400, "Bad Request: can't parse entities"),
        { kind: 'retryable', class: 'entities' },
      ],
      [
        '400 with a new id is tried there',
        refusal(400, 'upgraded', { migrate_to_chat_id: CHAT }),
        { kind: 'retryable', class: 'migrated' },
      ],
      ['a page of a proxy is no success', { body: '<html>' }, { kind: 'retryable', class: 'gateway' }],
      ...HTTP_ANSWERS,
    ],
    () => ({ mock, notifier: bot }),
  );
});
