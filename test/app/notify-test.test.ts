import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { type MockChannel, startMockChannel, telegramJudge, wecomJudge } from '../support/mock-channels.ts';
import { openSite, type RunningApp, startApp } from './app-fixture.ts';
import { cli, type Run } from './run-cli.ts';

let telegram: MockChannel;
let wecom: MockChannel;
let running: RunningApp;

before(async () => {
  telegram = await startMockChannel(telegramJudge('1:tok', 7));
  wecom = await startMockChannel(wecomJudge('right'));
  running = await startApp(
    openSite().config({
      channels: [
        { name: 'chat', type: 'telegram', base_url: telegram.url, token: '1:tok', chat_id: 7 },
        { name: 'group', type: 'wecom', base_url: wecom.url, key: 'wrong-s3cr3t' },
      ],
      receivers: { everyone: ['chat', 'group'] },
    }),
  );
});
beforeEach(() => {
  telegram.requests.length = 0;
  wecom.requests.length = 0;
});
after(async () => {
  await running.app.stop();
  await Promise.all([telegram.close(), wecom.close()]);
});

function notify(...args: readonly string[]): Promise<Run> {
  return cli(['notify', 'test', ...args, '--url', running.app.address]);
}

test('a channel that works says so', async () => {
  const { code, out } = await notify('chat');

  assert.deepEqual([code, out], [0, 'chat (telegram): sent\n']);
  assert.match(telegram.requests[0]?.body.text ?? '', /测试消息 test message/);
});

test('a channel that does not says what the other side said and what to do, and no secret', async () => {
  const { code, out, err } = await notify('group');

  assert.equal(code, 1);
  assert.match(out, /^group \(wecom\): refused, token: errcode 93000: invalid webhook url\n {2}check the key: /);
  assert.doesNotMatch(out + err, /s3cr3t/);
});

test('a receiver stands for its channels; --json has a line for each', async () => {
  const { code, out } = await notify('everyone', '--json');

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
  telegram.answers.push({ status: 400, body: { ok: false, error_code: 400, description: "can't parse entities" } });

  const { code } = await notify('chat');

  assert.equal(code, 0);
  assert.equal(telegram.requests.length, 2);
});

test('a name that leads nowhere is refused with the names there are', async () => {
  const { code, err } = await notify('nobody');

  assert.equal(code, 2);
  assert.match(err, /"nobody" leads to no channel; there are chat, group, everyone/);
});
