import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Notifier } from '../../alerting/notify/notifier.ts';
import { ManualClock } from '../../model/clock.ts';
import { wecom } from '../../reporters/im/wecom.ts';
import { EVERYWHERE } from '../../reporters/reach.ts';
import { type MockChannel, startMockChannel, wecomJudge } from '../support/mock-channels.ts';
import { AT, sampleAlert, sampleMessage } from './samples.ts';
import { type AnswerCase, HTTP_ANSWERS, send, storm, testAnswers } from './sending.ts';

const KEY = 'key-0123&456';
const clock = new ManualClock(AT);
let mock: MockChannel;
let robot: Notifier;

describe('WeCom', () => {
  before(async () => {
    mock = await startMockChannel(wecomJudge(KEY));
    robot = wecom.open({ base_url: mock.url, key: KEY, at: { user_ids: ['ann'] } }, { clock, reach: EVERYWHERE });
  });
  beforeEach(() => {
    mock.requests.length = 0;
    mock.answers.length = 0;
  });
  after(() => mock.close());

  function content(i = 0): string {
    return mock.requests[i]?.body.markdown.content ?? '';
  }

  test('the text says what, since when, whose, and calls people by user id', async () => {
    assert.equal((await send(robot)).kind, 'sent');

    for (const part of [
      '<font color="warning">[告警 Alert][严重 Critical]',
      '卸载量: 12',
      '2026-11-21 17:55:00 GMT+8',
      'dw-team',
      '[查看详情 Open](http://tw.example/alerts/e1)',
      '<@ann>',
    ])
      assert.ok(content().includes(part), part);
  });

  test('texts of the outside cannot make links, tags or calls', async () => {
    const alert = sampleAlert({ summary: 'x](http://evil) <font color=red> <@all>', owner: '<@boss>' });

    await send(robot, sampleMessage({ alerts: [alert] }));

    assert.doesNotMatch(content(), /\]\(http:\/\/evil|<font color=red|<@all>|<@boss>/);
  });

  test('a storm stays within 4096 bytes of UTF-8, tells how many are missing and keeps the link', async () => {
    const result = await send(robot, storm(50));

    assert.equal(result.kind, 'sent');
    assert.ok(Buffer.byteLength(content()) > 2_000, 'it makes use of the room');
    assert.match(
      content(),
      /还有 90\d\d 条 and 90\d\d more \[查看详情 Open\]\(http:\/\/tw\.example\/alerts\?group=g1\)\n<@ann>$/,
    );
  });

  testAnswers(
    [
      ['errcode 0 is the only success', { body: { errcode: 0, errmsg: 'ok' } }, { kind: 'sent' }],
      [
        '45009 waits',
        { body: { errcode: 45009, errmsg: 'api freq out of limit' } },
        { kind: 'retryable', class: 'throttled' },
      ],
      ['-1 is tried again', { body: { errcode: -1, errmsg: 'system busy' } }, { kind: 'retryable', class: 'server' }],
      [
        '93000 is final',
        { body: { errcode: 93000, errmsg: 'invalid webhook url' } },
        { kind: 'permanent', class: 'token' },
      ],
      [
        '40058 is final',
        { body: { errcode: 40058, errmsg: 'exceed max length' } },
        { kind: 'permanent', class: 'refused' },
      ],
      [
        '45033 waits',
        { body: { errcode: 45033, errmsg: 'api concurrent out of limit' } },
        { kind: 'retryable', class: 'throttled' },
      ],
      ...(
        [
          [93004, 'robot-stopped'],
          [93008, 'group-gone'],
          [45002, 'too-large'],
          [40008, 'refused'],
          [44004, 'refused'],
        ] as const
      ).map(
        ([errcode, reason]): AnswerCase => [
          `${errcode} is final`,
          { body: { errcode, errmsg: 'no' } },
          { kind: 'permanent', class: reason },
        ],
      ),
      [
        'a code nobody knows is tried again',
        { body: { errcode: 12345, errmsg: '?' } },
        { kind: 'retryable', class: 'unknown' },
      ],
      ['no errcode is no success', { body: { errmsg: 'ok' } }, { kind: 'retryable', class: 'gateway' }],
      ['errcode null is no success', { body: '{"errcode":null}' }, { kind: 'retryable', class: 'gateway' }],
      ['an empty answer is no success', { body: '' }, { kind: 'retryable', class: 'gateway' }],
      ['404 is final', { status: 404, body: '' }, { kind: 'permanent', class: 'refused' }],
      ...HTTP_ANSWERS,
    ],
    () => ({ mock, notifier: robot }),
  );
});
