import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Notifier } from '../../alerting/notify/notifier.ts';
import { ManualClock } from '../../model/clock.ts';
import { EVERYWHERE } from '../../reporters/reach.ts';
import { teams } from '../../reporters/teams.ts';
import { type MockChannel, startMockChannel, teamsJudge } from '../support/mock-channels.ts';
import { AT, sampleAlert, sampleMessage } from './samples.ts';
import { HTTP_ANSWERS, send, storm, testAnswers } from './sending.ts';

const clock = new ManualClock(AT);
let mock: MockChannel;
let flow: Notifier;

describe('Teams', () => {
  before(async () => {
    mock = await startMockChannel(teamsJudge());
    flow = teams.open(
      { url: `${mock.url}/workflows/1/triggers/manual/paths/invoke?sig=s3cr3t` },
      { clock, reach: EVERYWHERE },
    );
  });
  beforeEach(() => {
    mock.requests.length = 0;
    mock.answers.length = 0;
  });
  after(() => mock.close());

  test('the card says what, since when and whose, and opens the page', async () => {
    assert.equal((await send(flow)).kind, 'sent');

    const { query, raw, body } = mock.requests[0] ?? assert.fail();
    assert.equal(query.get('sig'), 's3cr3t', 'the query is part of the address');
    for (const part of [
      '"title":"卸载量","value":"12"',
      'dw-team',
      '(http://tw.example/logs?id=7)',
      '"color":"attention"',
    ])
      assert.ok(raw.includes(part), part);
    assert.equal(body.attachments[0]?.content.actions[0]?.url, 'http://tw.example/alerts/e1');
  });

  test('texts of the outside cannot make links', async () => {
    await send(flow, sampleMessage({ alerts: [sampleAlert({ summary: '[click](http://evil)' })] }));

    assert.doesNotMatch(mock.requests[0]?.raw ?? '', /\]\(http:\/\/evil/);
  });

  test('a storm stays within 27,000 bytes, and within 18,000 after a 413; both keep the link', async () => {
    await send(flow, storm(50));
    await send(flow, storm(50), { previousClass: 'too-large' });

    const [first, shrunk] = mock.requests.map(request => Buffer.byteLength(request.raw));
    assert.ok((first ?? 0) <= 27_000 && (first ?? 0) > 20_000, String(first));
    assert.ok((shrunk ?? 0) <= 18_000 && (shrunk ?? 0) > 10_000, String(shrunk));
    for (const { raw } of mock.requests)
      assert.match(raw, /and 90\d\d more\]\(http:\/\/tw\.example\/alerts\?group=g1\)/);
  });

  const OLD = (status: number): string =>
    `Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error ${status} with ContextId tcid=0`;

  testAnswers(
    [
      ['202 is a success', { status: 202, body: '' }, { kind: 'sent' }],
      ['200 is a success', { status: 200, body: '1' }, { kind: 'sent' }],
      ['413 is shrunk and tried once more', { status: 413, body: '' }, { kind: 'retryable', class: 'too-large' }],
      [
        '413 after shrinking is final',
        { status: 413, body: '' },
        { kind: 'permanent', class: 'too-large' },
        'too-large',
      ],
      ['413 hidden in a 200 is shrunk too', { body: OLD(413) }, { kind: 'retryable', class: 'too-large' }],
      ['429 hidden in a 200 waits', { body: OLD(429) }, { kind: 'retryable', class: 'throttled' }],
      ['502 hidden in a 200 is tried again', { body: OLD(502) }, { kind: 'retryable', class: 'server' }],
      ['403 hidden in a 200 is final', { body: OLD(403) }, { kind: 'permanent', class: 'token' }],
      [
        'a failure hidden in a 200 without a status is tried again',
        { body: 'Webhook message delivery failed with error: unknown' },
        { kind: 'retryable', class: 'unknown' },
      ],
      [
        'a page of a proxy is no success, whatever its status',
        { status: 202, body: '<!DOCTYPE html><html>login</html>' },
        { kind: 'retryable', class: 'gateway' },
      ],
      [
        '400 is final',
        { status: 400, body: '{"error":{"code":"TriggerInputSchemaMismatch"}}' },
        { kind: 'permanent', class: 'refused' },
      ],
      ['401 is final', { status: 401, body: '' }, { kind: 'permanent', class: 'token' }],
      ['403 is final', { status: 403, body: '' }, { kind: 'permanent', class: 'token' }],
      ['404 is final', { status: 404, body: '' }, { kind: 'permanent', class: 'token' }],
      ...HTTP_ANSWERS,
    ],
    () => ({ mock, notifier: flow }),
  );
});
