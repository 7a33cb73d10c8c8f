import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import {
  feishuJudge,
  type Judge,
  type MockChannel,
  pagerdutyJudge,
  slackJudge,
  startMockChannel,
  teamsJudge,
  telegramJudge,
  wecomJudge,
} from '../support/mock-channels.ts';
import { type SmtpSink, startSmtpSink } from '../support/smtp-sink.ts';
import { openSite, type RunningApp, startApp } from './app-fixture.ts';
import { cli, type Run } from './run-cli.ts';

const mocks = new Map<string, MockChannel>();
let smtp: SmtpSink;
let running: RunningApp;

/** Takes what DingTalk takes without looking at the signature: its own tests do. */
const dingtalkJudge: Judge = ({ body }) => ({
  body: body['msgtype'] === 'markdown' ? { errcode: 0 } : { errcode: 40035 },
});
const JUDGES: Readonly<Record<string, Judge>> = {
  telegram: telegramJudge('1:tok', 7),
  wecom: wecomJudge('right'),
  dingtalk: dingtalkJudge,
  feishu: feishuJudge('hook', 'fs', () => Date.now()),
  slack: slackJudge(),
  teams: teamsJudge(),
  pagerduty: pagerdutyJudge('routing'),
  webhook: ({ headers }) => ({ status: headers['x-signature'] && headers['idempotency-key'] ? 200 : 400, body: '' }),
};

describe('tidewatch notify test', () => {
  before(async () => {
    for (const [type, judge] of Object.entries(JUDGES)) mocks.set(type, await startMockChannel(judge));
    smtp = await startSmtpSink();
    const url = (type: string): string => mocks.get(type)?.url ?? '';
    const channels = [
      { name: 'chat', type: 'telegram', base_url: url('telegram'), token: '1:tok', chat_id: 7 },
      { name: 'mail', type: 'email', host: '127.0.0.1', port: smtp.port, from: 'a@tw.example', to: ['b@tw.example'] },
      { name: 'ding', type: 'dingtalk', base_url: url('dingtalk'), access_token: 't', secret: 's' },
      { name: 'lark', type: 'feishu', base_url: url('feishu'), hook_id: 'hook', secret: 'fs' },
      { name: 'work', type: 'wecom', base_url: url('wecom'), key: 'right' },
      { name: 'slack', type: 'slack', url: `${url('slack')}/services/x` },
      { name: 'teams', type: 'teams', url: `${url('teams')}/flow` },
      { name: 'pager', type: 'pagerduty', base_url: url('pagerduty'), routing_key: 'routing' },
      { name: 'hook', type: 'webhook', url: `${url('webhook')}/hook`, secret: 'w', allow_private: true },
    ];
    const broken = { name: 'group', type: 'wecom', base_url: url('wecom'), key: 'wrong-s3cr3t' };
    running = await startApp(
      openSite().config({
        channels: [...channels, broken],
        receivers: { all: channels.map(channel => channel.name), two: ['chat', 'group'] },
      }),
    );
  });
  beforeEach(() => {
    for (const mock of mocks.values()) mock.requests.length = 0;
  });
  after(async () => {
    await running.app.stop();
    await Promise.all([smtp.close(), ...[...mocks.values()].map(mock => mock.close())]);
  });

  function notify(...args: readonly string[]): Promise<Run> {
    return cli(['notify', 'test', ...args, '--url', running.app.address]);
  }

  test('a channel that works says so', async () => {
    const { code, out } = await notify('chat');

    assert.deepEqual([code, out], [0, 'chat (telegram): sent\n']);
    assert.match(mocks.get('telegram')?.requests[0]?.body.text ?? '', /测试消息 test message/);
  });

  test('every kind of channel takes the test message, through the whole daemon', async () => {
    const { code, out, err } = await notify('all');

    assert.equal(code, 0, out + err);
    assert.deepEqual(out.trim().split('\n').sort(), [
      'chat (telegram): sent',
      'ding (dingtalk): sent',
      'hook (webhook): sent',
      'lark (feishu): sent',
      'mail (email): sent',
      'pager (pagerduty): sent',
      'slack (slack): sent',
      'teams (teams): sent',
      'work (wecom): sent',
    ]);
    assert.equal(smtp.mails.length, 1);
  });

  test('a channel that does not says what the other side said and what to do, and no secret', async () => {
    const { code, out, err } = await notify('group');

    assert.equal(code, 1);
    assert.match(out, /^group \(wecom\): refused, token: errcode 93000: invalid webhook url\n {2}check the key: /);
    assert.doesNotMatch(out + err, /s3cr3t/);
  });

  test('a receiver stands for its channels; --json has a line for each', async () => {
    const { code, out } = await notify('two', '--json');

    const lines = out
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as Record<string, unknown>);
    assert.equal(code, 1);
    assert.deepEqual(
      lines.map(({ channel, kind }) => [channel, kind]),
      [
        ['chat', 'sent'],
        ['group', 'permanent'],
      ],
    );
  });

  test('formatting that the channel does not understand is tested as plain text too', async () => {
    mocks
      .get('telegram')
      ?.answers.push({ status: 400, body: { ok: false, error_code: 400, description: "can't parse entities" } });

    const { code } = await notify('chat');

    assert.equal(code, 0);
    assert.equal(mocks.get('telegram')?.requests.length, 2);
  });

  test('a name that leads nowhere is refused with the names there are', async () => {
    const { code, err } = await notify('nobody');

    assert.equal(code, 2);
    assert.match(err, /"nobody" leads to no channel; there are chat, .*work, all, two/);
  });
});
