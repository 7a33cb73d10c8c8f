import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import nodemailer from 'nodemailer';
import { parseChannel } from '../../alerting/notify/channel-document.ts';
import type { Message } from '../../alerting/notify/message.ts';
import { demoChannels } from '../../demo/channels.ts';
import { type Inbox, startInbox } from '../../demo/inbox.ts';
import { ManualClock } from '../../model/clock.ts';
import { reporters } from '../../reporters/index.ts';
import { EVERYWHERE } from '../../reporters/reach.ts';

const clock = new ManualClock(1_800_000_000_000);
const MESSAGE: Message = {
  status: 'firing',
  severity: 'warning',
  title: 'robot title',
  groupKey: 'g',
  groupLabels: {},
  receiver: 'r',
  at: clock.now(),
  zone: 'UTC',
  alerts: [
    {
      status: 'firing',
      labels: { job: 'etl' },
      startsAt: clock.now(),
      endsAt: null,
      summary: 'etl is late',
      formula: 'lag 9 > 5',
      annotations: [],
      values: [],
      url: 'http://x/alerts/1',
      owner: 'trade',
      affects: ['GMV'],
    },
  ],
  omitted: 0,
  url: 'http://x/alerts/1',
};

let inbox: Inbox;
before(async () => {
  inbox = await startInbox(clock);
});
after(() => inbox.close());

/** Sends by the demo's channel of that type, changed by `more`. */
function send(type: string, more: object) {
  const document = demoChannels(inbox).find(channel => channel['type'] === type);
  const { reporter, own } = parseChannel({ ...document, ...more }, reporters);
  return reporter
    .open(own, { clock, reach: EVERYWHERE })
    .send(MESSAGE, { idempotencyKey: 'k', attempt: 1 }, AbortSignal.timeout(10_000));
}

const ROBOTS: readonly [type: string, wrongToken: object][] = [
  ['dingtalk', { access_token: 'other' }],
  ['feishu', { hook_id: 'other' }],
];
for (const [type, wrongToken] of ROBOTS) {
  describe(`the ${type} robot`, () => {
    test('shows a message that is signed well as its group would see it', async () => {
      assert.deepEqual(await send(type, {}), { kind: 'sent' });

      const [newest] = inbox.items();
      assert.deepEqual([newest?.kind, newest?.at], [type, clock.now()]);
      assert.match(newest?.subject ?? '', /robot title/);
      for (const piece of ['etl is late', 'GMV', '](http://x/alerts/1)'])
        assert.ok(newest?.text.includes(piece), piece);
    });

    test('refuses a forged signature and a token it does not know, and shows nothing', async () => {
      const before = inbox.items().length;

      const forged = await send(type, { secret: 'SECother' });
      const unknown = await send(type, wrongToken);

      assert.deepEqual(
        [forged, unknown].map(({ kind, ...rest }) => [kind, 'class' in rest ? rest.class : '']),
        [
          ['permanent', 'sign'],
          ['permanent', 'token'],
        ],
      );
      assert.equal(inbox.items().length, before);
    });
  });
}

test('a mail lies on top with its text and its page', async () => {
  const transport = nodemailer.createTransport({ host: '127.0.0.1', port: inbox.smtpPort, ignoreTLS: true });
  await transport.sendMail({
    from: 'a@x.example',
    to: 'b@x.example',
    subject: '延迟',
    text: 'plain',
    html: '<p>rich</p>',
  });
  transport.close();

  const [newest] = inbox.items();
  assert.deepEqual(
    [newest?.kind, newest?.subject, newest?.to, newest?.html?.trim(), newest?.text.trim()],
    ['email', '延迟', 'b@x.example', '<p>rich</p>', 'plain'],
  );
});
