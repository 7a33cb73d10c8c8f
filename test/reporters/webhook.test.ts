import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Notifier } from '../../alerting/notify/notifier.ts';
import { ManualClock } from '../../model/clock.ts';
import { EVERYWHERE } from '../../reporters/reach.ts';
import { signature, webhook } from '../../reporters/webhook.ts';
import { type MockChannel, startMockChannel } from '../support/mock-channels.ts';
import { AT, sampleAlert, sampleMessage } from './samples.ts';
import { HTTP_ANSWERS, send, storm, testAnswers } from './sending.ts';

const clock = new ManualClock(AT);
let mock: MockChannel;
let receiver: Notifier;

describe('webhook', () => {
  before(async () => {
    mock = await startMockChannel(() => ({ body: '' }));
    receiver = open({ secret: 'new-secret', previous_secret: 'old-secret' });
  });
  beforeEach(() => {
    mock.requests.length = 0;
    mock.answers.length = 0;
  });
  after(() => mock.close());

  function open(over: object = {}): Notifier {
    return webhook.open({ url: `${mock.url}/hook?x=1`, allow_private: true, ...over }, { clock, reach: EVERYWHERE });
  }

  test("the body is Alertmanager's version 4", async () => {
    const ended = sampleAlert({ status: 'resolved', endsAt: AT, labels: { alertname: 'ostream_lag', topic: 'b' } });
    const firing = sampleAlert({
      ackUrl: 'http://tw.example/ack?sig=1',
      annotations: [{ name: 'late', value: 'true' }],
    });
    await send(receiver, sampleMessage({ alerts: [firing, ended], omitted: 3 }));

    const { body } = mock.requests[0] ?? assert.fail();
    const { alerts, ...head } = body;
    assert.deepEqual(head, {
      version: '4',
      groupKey: 'rule:r1',
      truncatedAlerts: 3,
      status: 'firing',
      receiver: 'dw-oncall',
      groupLabels: { alertname: 'ostream_lag' },
      commonLabels: { alertname: 'ostream_lag' },
      commonAnnotations: {
        summary: 'cdo_filter_job lag 12,345,678,901',
        condition: 'sdk_log 12,345,678,901 > 10,000,000,000 or os_uninstall 12 > 100,000',
        owner: 'dw-team',
        affects: '日活报表, revenue',
        log: "java.lang.RuntimeException: <bad> & 'odd' input",
        log_url: 'http://tw.example/logs?id=7',
      },
      externalURL: 'http://tw.example/alerts/e1',
    });
    assert.deepEqual(
      alerts.map(({ status, startsAt, endsAt, generatorURL }) => [status, startsAt, endsAt, generatorURL]),
      [
        ['firing', '2026-11-21T09:55:00.000Z', '0001-01-01T00:00:00Z', 'http://tw.example/alerts/e1'],
        ['resolved', '2026-11-21T09:55:00.000Z', '2026-11-21T10:05:00.000Z', 'http://tw.example/alerts/e1'],
      ],
    );
    assert.equal(alerts[0]?.annotations['ack_url'], 'http://tw.example/ack?sig=1');
    assert.equal(alerts[0]?.annotations['late'], 'true');
    assert.match(alerts[0]?.fingerprint ?? '', /^[0-9a-f]{16}$/);
    assert.notEqual(alerts[0]?.fingerprint, alerts[1]?.fingerprint);
  });

  test('the whole is resolved only when all of it is', async () => {
    const ended = sampleAlert({ status: 'resolved', endsAt: AT });

    await send(receiver, sampleMessage({ status: 'resolved', alerts: [ended] }));
    await send(receiver, sampleMessage({ status: 'info' }));

    assert.deepEqual(
      mock.requests.map(request => request.body['status']),
      ['resolved', 'firing'],
    );
  });

  test('both active secrets sign the raw body with the time, and the key is that of the first attempt', async () => {
    await send(receiver);
    await send(receiver, sampleMessage(), { attempt: 2 });

    const { headers, raw } = mock.requests[0] ?? assert.fail();
    const t = Math.floor(AT / 1000);
    const sign = (secret: string): string => createHmac('sha256', secret).update(`${t}.${raw}`).digest('hex');
    assert.equal(headers['x-signature'], `t=${t},v1=${sign('new-secret')},v1=${sign('old-secret')}`);
    assert.deepEqual(
      mock.requests.map(request => request.headers['idempotency-key']),
      ['key-1', 'key-1'],
    );
  });

  test('the signature is hex(HMAC-SHA256(secret, "{t}.{body}"))', () => {
    // Computed with openssl: printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac whsec
    assert.equal(
      signature(['whsec'], 1_700_000_000, '{"a":1}'),
      't=1700000000,v1=8ad37ba156048ae0e0a5533c75cdf26fee88b07f93cb57ee4c80adb053012032',
    );
  });

  test('without a secret nothing is signed', async () => {
    await send(open());

    assert.equal(mock.requests[0]?.headers['x-signature'], undefined);
  });

  test('a body beyond the limit loses alerts from its end and counts them', async () => {
    await send(open({ max_bytes: 20_000 }), storm(50));

    const { raw, body } = mock.requests[0] ?? assert.fail();
    assert.ok(Buffer.byteLength(raw) <= 20_000);
    assert.ok(body.alerts.length > 2);
    assert.equal(body['truncatedAlerts'], 9_050 - body.alerts.length);
  });

  test('an address inside the own network is refused unless allowed, and no request leaves', async () => {
    const result = await send(open({ allow_private: false }));

    assert.deepEqual([result.kind, result.kind !== 'sent' && result.class], ['permanent', 'blocked']);
    assert.match(result.kind === 'sent' ? '' : (result.remedy ?? ''), /allow_private/);
    assert.equal(mock.requests.length, 0);
  });

  testAnswers(
    [
      ['200 is a success', { body: '' }, { kind: 'sent' }],
      ['204 is a success', { status: 204, body: '' }, { kind: 'sent' }],
      ['408 is tried again', { status: 408, body: '' }, { kind: 'retryable', class: 'timeout' }],
      ['400 is final', { status: 400, body: 'no' }, { kind: 'permanent', class: 'refused' }],
      ['404 is final', { status: 404, body: '' }, { kind: 'permanent', class: 'refused' }],
      ['422 is final', { status: 422, body: '' }, { kind: 'permanent', class: 'refused' }],
      ...HTTP_ANSWERS,
    ],
    () => ({ mock, notifier: receiver }),
  );
});
