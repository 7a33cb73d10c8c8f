import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { MessageAlert } from '../../alerting/notify/message.ts';
import type { Notifier, SendOptions } from '../../alerting/notify/notifier.ts';
import { ManualClock } from '../../model/clock.ts';
import { pagerduty } from '../../reporters/pagerduty.ts';
import { EVERYWHERE } from '../../reporters/reach.ts';
import { type MockChannel, pagerdutyJudge, startMockChannel } from '../support/mock-channels.ts';
import { AT, sampleAlert, sampleDigest, sampleMessage } from './samples.ts';
import { HTTP_ANSWERS, send, testAnswers } from './sending.ts';

const KEY = 'R0123456789abcdef0123456789abcde';
const clock = new ManualClock(AT);
let mock: MockChannel;
let service: Notifier;

describe('PagerDuty', () => {
  before(async () => {
    mock = await startMockChannel(pagerdutyJudge(KEY));
    service = pagerduty.open({ base_url: mock.url, routing_key: KEY }, { clock, reach: EVERYWHERE });
  });
  beforeEach(() => {
    mock.requests.length = 0;
    mock.answers.length = 0;
  });
  after(() => mock.close());

  type Ref = NonNullable<SendOptions['alerts']>[number];

  function refs(count: number, status: MessageAlert['status'] = 'firing'): Ref[] {
    return Array.from({ length: count }, (_, i) => ({ episode: `ep-${i}`, status, labels: sampleAlert().labels }));
  }

  function sent(): [string, string][] {
    return mock.requests.map(({ body }) => [body.event_action, body.dedup_key]);
  }

  test('each alert opens an incident of its own and its end resolves that one', async () => {
    const two = { alerts: [sampleAlert(), sampleAlert()] };

    await send(service, sampleMessage(two), { alerts: refs(2) });
    await send(
      service,
      sampleMessage({ status: 'resolved', alerts: [sampleAlert({ status: 'resolved', endsAt: AT })] }),
      {
        alerts: refs(1, 'resolved'),
      },
    );

    assert.deepEqual(sent(), [
      ['trigger', 'ep-0'],
      ['trigger', 'ep-1'],
      ['resolve', 'ep-0'],
    ]);
  });

  test('an alert that somebody has acknowledged is acknowledged there too', async () => {
    await send(service, sampleMessage({ alerts: [sampleAlert({ ackedBy: 'ann' })] }), { alerts: refs(1) });

    assert.deepEqual(sent(), [['acknowledge', 'ep-0']]);
  });

  test('the event says what, how bad, since when and whose', async () => {
    await send(service, sampleMessage(), { alerts: refs(1) });

    const { payload, links, client } = mock.requests[0]?.body ?? assert.fail();
    assert.match(payload.summary, /告警 Firing.*ostream_lag: cdo_filter_job lag/);
    assert.equal(payload.severity, 'critical');
    assert.equal(payload.source, 'cdo_filter_job');
    assert.equal(Reflect.get(payload, 'timestamp'), '2026-11-21T09:55:00.000Z');
    assert.equal(payload.custom_details['卸载量'], '12');
    assert.equal(payload.custom_details['affects'], '日活报表, revenue');
    assert.equal(client, 'tidewatch');
    assert.ok(JSON.stringify(links).includes('http://tw.example/alerts/e1'));
  });

  test('alerts the message only counts open incidents too; of a storm the worst 100, the first saying how many more, and every end is told', async () => {
    await send(service, sampleMessage({ omitted: 149 }), { alerts: refs(150) });
    const triggers = mock.requests.splice(0);
    await send(service, sampleMessage({ status: 'resolved', omitted: 149 }), { alerts: refs(150, 'resolved') });

    assert.equal(triggers.length, 100);
    assert.match(triggers[0]?.body.payload.summary ?? '', /… 还有 50 条 and 50 more$/);
    assert.doesNotMatch(triggers[1]?.body.payload.summary ?? '', /more/);
    assert.deepEqual(
      sent(),
      refs(150).map(({ episode }) => ['resolve', episode]),
    );
  });

  test('a test opens an incident and closes it at once', async () => {
    await send(service, sampleMessage(), { alerts: [] });

    assert.deepEqual(
      mock.requests.map(({ body }) => body.event_action),
      ['trigger', 'resolve'],
    );
    assert.equal(new Set(mock.requests.map(({ body }) => body.dedup_key)).size, 1);
  });

  test('a digest is no incident', async () => {
    const result = await send(service, sampleMessage({ digest: sampleDigest() }));

    assert.deepEqual([result.kind, result.kind !== 'sent' && result.class], ['permanent', 'not-an-alert']);
    assert.equal(mock.requests.length, 0);
  });

  test('an attempt that breaks off goes on where it stopped', async () => {
    const message = sampleMessage({ alerts: [sampleAlert(), sampleAlert(), sampleAlert()] });
    mock.answers.push({ status: 202, body: { status: 'success' } }, { status: 429, body: '' });

    const first = await send(service, message, { alerts: refs(3) });
    const skip = first.recipients?.map(recipient => recipient.address) ?? [];
    const second = await send(service, message, { alerts: refs(3), skip, attempt: 2 });

    assert.equal(first.kind, 'retryable');
    assert.deepEqual(skip, ['ep-0']);
    assert.equal(second.kind, 'sent');
    assert.deepEqual(
      sent().map(([, key]) => key),
      ['ep-0', 'ep-1', 'ep-1', 'ep-2'],
    );
  });

  test('one event refused for good does not keep the others back, and is told', async () => {
    const message = sampleMessage({ alerts: [sampleAlert(), sampleAlert()] });
    mock.answers.push({
      status: 400,
      body: { status: 'invalid event', message: 'Event object is invalid', errors: ['x'] },
    });

    const result = await send(service, message, { alerts: refs(2) });

    assert.equal(result.kind, 'sent');
    assert.deepEqual(
      result.recipients?.map(({ address, status }) => [address, status]),
      [
        ['ep-0', 'permanent'],
        ['ep-1', 'delivered'],
      ],
    );
  });

  test('when all events are refused for good, over however many attempts, nothing was sent', async () => {
    const message = sampleMessage({ alerts: [sampleAlert(), sampleAlert()] });
    const refused = { status: 400, body: { status: 'invalid event', message: 'Event object is invalid' } };
    mock.answers.push(refused, { status: 503, body: '' }, refused);

    const first = await send(service, message, { alerts: refs(2) });
    const skip = first.recipients?.map(recipient => recipient.address) ?? [];
    const second = await send(service, message, { alerts: refs(2), skip, reached: false, attempt: 2 });

    assert.deepEqual([first.kind, second.kind], ['retryable', 'permanent']);
  });

  test('summary and key keep to 1024 and 255 characters', async () => {
    const long = sampleAlert({ summary: '延迟😀'.repeat(900) });

    const result = await send(service, sampleMessage({ alerts: [long] }), {
      alerts: [{ episode: 'é'.repeat(300), status: 'firing', labels: long.labels }],
    });

    assert.equal(result.kind, 'sent', JSON.stringify(result));
    assert.equal([...(mock.requests[0]?.body.payload.summary ?? '')].length, 1024);
  });

  testAnswers(
    [
      ['202 and success is a success', { status: 202, body: { status: 'success', dedup_key: 'x' } }, { kind: 'sent' }],
      [
        '202 without success is none',
        { status: 202, body: { status: 'throttled' } },
        { kind: 'retryable', class: 'gateway' },
      ],
      ['202 and a page is none', { status: 202, body: '<html>' }, { kind: 'retryable', class: 'gateway' }],
      [
        '200 is not the 202 of the protocol',
        { status: 200, body: { status: 'success' } },
        { kind: 'permanent', class: 'refused' },
      ],
      [
        '400 with errors is final',
        {
          status: 400,
          body: { status: 'invalid event', message: 'Event object is invalid', errors: ["'routing_key' is invalid"] },
        },
        { kind: 'permanent', class: 'refused' },
      ],
      ...HTTP_ANSWERS,
    ],
    () => ({ mock, notifier: service }),
  );

  test('the errors of a refusal are told', async () => {
    mock.answers.push({
      status: 400,
      body: { message: 'Event object is invalid', errors: ["Length of 'routing_key' is incorrect"] },
    });

    const result = await send(service);

    assert.equal(
      result.kind !== 'sent' && result.error,
      "HTTP 400: Event object is invalid; Length of 'routing_key' is incorrect",
    );
  });
});
