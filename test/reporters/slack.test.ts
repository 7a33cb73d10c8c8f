import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Notifier } from '../../alerting/notify/notifier.ts';
import { ManualClock } from '../../model/clock.ts';
import { EVERYWHERE } from '../../reporters/reach.ts';
import { slack } from '../../reporters/slack.ts';
import { type MockChannel, slackJudge, startMockChannel } from '../support/mock-channels.ts';
import { AT, sampleAlert, sampleMessage } from './samples.ts';
import { type AnswerCase, HTTP_ANSWERS, send, storm, testAnswers } from './sending.ts';

const clock = new ManualClock(AT);
let mock: MockChannel;
let hook: Notifier;

describe('Slack', () => {
  before(async () => {
    mock = await startMockChannel(slackJudge());
    hook = slack.open({ url: `${mock.url}/services/T000/B000/XXXX` }, { clock, reach: EVERYWHERE });
  });
  beforeEach(() => {
    mock.requests.length = 0;
    mock.answers.length = 0;
  });
  after(() => mock.close());

  test('the message has blocks, and a text for whoever cannot show them', async () => {
    assert.equal((await send(hook)).kind, 'sent');

    const { path, body, raw } = mock.requests[0] ?? assert.fail();
    assert.equal(path, '/services/T000/B000/XXXX');
    assert.match(body.text, /ostream_lag.*<http:\/\/tw\.example\/alerts\/e1\|查看详情 Open>/);
    assert.deepEqual(
      body.blocks.map(block => block.type),
      ['header', 'context', 'section', 'section'],
    );
    for (const part of ['卸载量: 12', 'dw-team', '<http://tw.example/logs?id=7|', '&gt; 10,000,000,000'])
      assert.ok(raw.includes(part), part);
  });

  test('texts of the outside cannot make links or call the channel', async () => {
    const alert = sampleAlert({ summary: '<!channel> <http://evil|click> a|b', owner: '<@U1>' });

    await send(hook, sampleMessage({ alerts: [alert] }));

    assert.doesNotMatch(mock.requests[0]?.raw ?? '', /<!channel|<http:\/\/evil|<@U1/);
  });

  test('a storm keeps to 50 blocks of their sizes, tells how many are missing and keeps the link', async () => {
    const result = await send(hook, storm(60));

    assert.equal(result.kind, 'sent');
    const { blocks } = mock.requests[0]?.body ?? assert.fail();
    const shown = blocks.length - 3;
    assert.ok(shown > 10 && shown <= 46);
    const last = blocks.at(-1)?.text?.text ?? '';
    assert.equal(
      last,
      `… 还有 ${9_060 - shown} 条 and ${9_060 - shown} more <http://tw.example/alerts?group=g1|查看详情 Open>`,
    );
  });

  const REFUSALS: readonly AnswerCase[] = (
    [
      [400, 'invalid_payload', 'refused'],
      [400, 'invalid_blocks', 'refused'],
      [403, 'action_prohibited', 'forbidden'],
      [403, 'invalid_token', 'token'],
      [404, 'channel_not_found', 'channel'],
      [404, 'no_service', 'token'],
      [410, 'channel_is_archived', 'channel'],
    ] as const
  ).map(([status, body, reason]) => [
    `${status} ${body} is final`,
    { status, body },
    { kind: 'permanent', class: reason },
  ]);

  testAnswers(
    [
      ['a body of exactly ok is a success', { body: 'ok' }, { kind: 'sent' }],
      ['another body is none', { body: '<html>login</html>' }, { kind: 'retryable', class: 'gateway' }],
      ['JSON that says ok is none', { body: { ok: true } }, { kind: 'retryable', class: 'gateway' }],
      ['an empty body is none', { body: '' }, { kind: 'retryable', class: 'gateway' }],
      ['a refusal with a status of 200 is final', { body: 'no_service' }, { kind: 'permanent', class: 'token' }],
      [
        'rate limiting that names itself waits',
        { status: 429, headers: { 'retry-after': '30' }, body: 'rate_limited' },
        { kind: 'retryable', class: 'throttled', retryAfterMs: 30_000 },
      ],
      ...REFUSALS,
      ...HTTP_ANSWERS,
    ],
    () => ({ mock, notifier: hook }),
  );
});
