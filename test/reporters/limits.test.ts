/** What must hold for any message on any chat channel: the limit in the channel's own unit, whole characters, and the link. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import type { Message, MessageAlert } from '../../alerting/notify/message.ts';
import type { Notifier } from '../../alerting/notify/notifier.ts';
import { ManualClock } from '../../model/clock.ts';
import { reporters } from '../../reporters/index.ts';
import { EVERYWHERE } from '../../reporters/reach.ts';
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
import { AT, sampleMessage } from './samples.ts';
import { send } from './sending.ts';

const clock = new ManualClock(AT);
const URL_OF_ALL = 'http://tw.example/alerts?group=g1';

const dingtalkJudge: Judge = ({ raw }) =>
  Buffer.byteLength(raw) > 20_000 ? { body: { errcode: 460101, errmsg: 'too long' } } : { body: { errcode: 0 } };
const webhookJudge: Judge = ({ raw }) => ({ status: Buffer.byteLength(raw) > 8_192 ? 413 : 200, body: '' });

/** Each judge refuses what exceeds the channel's limit. */
const CHANNELS: readonly [keyof typeof reporters, Judge, (url: string) => object][] = [
  ['dingtalk', dingtalkJudge, url => ({ base_url: url, access_token: 't', at: { mobiles: ['13800000000'] } })],
  ['feishu', feishuJudge('h', 's', () => AT), url => ({ base_url: url, hook_id: 'h', secret: 's' })],
  ['wecom', wecomJudge('k'), url => ({ base_url: url, key: 'k' })],
  ['slack', slackJudge(), url => ({ url })],
  ['teams', teamsJudge(27_000), url => ({ url })],
  ['pagerduty', pagerdutyJudge('r'), url => ({ base_url: url, routing_key: 'r' })],
  ['telegram', telegramJudge('1:a', 7), url => ({ base_url: url, token: '1:a', chat_id: 7 })],
  ['webhook', webhookJudge, url => ({ url, allow_private: true, max_bytes: 8_192 })],
];
const open: { name: string; mock: MockChannel; notifier: Notifier }[] = [];

before(async () => {
  for (const [name, judge, document] of CHANNELS) {
    const mock = await startMockChannel(judge);
    open.push({ name, mock, notifier: reporters[name].open(document(mock.url), { clock, reach: EVERYWHERE }) });
  }
});
after(() => Promise.all(open.map(({ mock }) => mock.close())));

/** Texts with all that is hard to cut, to escape or to count. */
const text = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 20 }),
      fc.constantFrom(
        '延迟',
        '😀',
        '👨‍👩‍👧',
        '<b>',
        '</a>',
        '&amp;',
        '"',
        '](',
        '\\',
        '\u0000',
        '\u202e',
        '\ud800',
        '@all',
        '\n',
        '|',
      ),
    ),
    { maxLength: 120 },
  )
  .map(parts => parts.join(''));

const alert: fc.Arbitrary<MessageAlert> = fc.record({
  status: fc.constantFrom('firing', 'resolved', 'nodata', 'stale', 'flapping', 'meta'),
  labels: fc.dictionary(fc.constantFrom('alertname', 'job', 'topic', 'severity', '任务'), text, { maxKeys: 4 }),
  startsAt: fc.constant(AT - 60_000),
  endsAt: fc.constantFrom(null, AT),
  summary: text,
  formula: text,
  annotations: fc.array(fc.record({ name: text, value: text }), { maxLength: 5 }),
  values: fc.constant([]),
  url: fc.constantFrom('http://tw.example/alerts/e1', 'http://tw.example/a(b)?x="y"&z=<1>|2'),
  owner: text,
  affects: fc.array(text, { maxLength: 7 }),
  ackUrl: fc.constant('http://tw.example/ack/1?sig=abc'),
});

const message: fc.Arbitrary<Message> = fc.record({
  status: fc.constantFrom('firing', 'resolved', 'info'),
  severity: fc.constantFrom('info', 'warning', 'error', 'critical'),
  title: text,
  groupKey: fc.constant('g1'),
  groupLabels: fc.dictionary(fc.constantFrom('job', 'topic'), text, { maxKeys: 2 }),
  receiver: fc.constant('dw-oncall'),
  at: fc.constant(AT),
  zone: fc.constantFrom('UTC', 'Asia/Shanghai'),
  alerts: fc.array(alert, { minLength: 1, maxLength: 50 }),
  omitted: fc.nat(100_000),
  url: fc.constant(URL_OF_ALL),
});

/** A label that is there and says nothing: PagerDuty wants a source all the same. */
const emptyLabel = sampleMessage({
  url: URL_OF_ALL,
  alerts: sampleMessage()
    .alerts.slice(0, 1)
    .map(each => ({ ...each, labels: { job: '' } })),
});

test('whatever a message says, every channel takes it: within its limit, well formed, with the link to all of it', async () => {
  await fc.assert(
    fc.asyncProperty(message, async input => {
      for (const { name, mock, notifier } of open) {
        mock.requests.length = 0;
        const result = await send(notifier, input);

        assert.equal(result.kind, 'sent', `${name}: ${JSON.stringify(result)}`);
        for (const { raw } of mock.requests) assert.ok(!/\\u[dD][89a-fA-F]/.test(raw), `${name}: half a character`);
        if (name !== 'pagerduty') assert.ok(mock.requests[0]?.raw.includes(URL_OF_ALL), `${name}: the link is missing`);
      }
    }),
    {
      numRuns: 20,
      examples: [[emptyLabel]],
    },
  );
});

test('more rows than fit: what is left out is counted to the last one, on every chat channel', async () => {
  const long = sampleMessage().alerts[0] ?? assert.fail();
  const alerts = Array.from({ length: 50 }, (_, i) => ({
    ...long,
    summary: `row-${i}-`.padEnd(200, '延'),
    annotations: Array.from({ length: 12 }, (_, n) => ({ name: `n${n}`, value: '值'.repeat(290) })),
  }));
  for (const { name, mock, notifier } of open.filter(({ name: n }) => n !== 'pagerduty' && n !== 'webhook')) {
    mock.requests.length = 0;
    await send(notifier, sampleMessage({ alerts, omitted: 7 }));

    const raw = mock.requests[0]?.raw ?? '';
    const shown = new Set(raw.match(/row-\d+-/g)).size;
    assert.ok(shown >= 1, `${name} shows at least the first`);
    assert.ok(raw.includes(`and ${57 - shown} more`), `${name}: ${shown} shown`);
  }
});
