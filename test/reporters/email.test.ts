import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Notifier, SendOptions, SendResult } from '../../alerting/notify/notifier.ts';
import { ManualClock } from '../../model/clock.ts';
import { email } from '../../reporters/email.ts';
import { EVERYWHERE } from '../../reporters/reach.ts';
import { type SmtpSink, startSmtpSink } from '../support/smtp-sink.ts';
import { AT, sampleAlert, sampleMessage } from './samples.ts';

const clock = new ManualClock(AT);
const A = 'ann@example.com';
const B = 'bob@example.com';
const C = 'cai@example.com';
let sink: SmtpSink;
let mail: Notifier;

describe('e-mail', () => {
  before(async () => {
    sink = await startSmtpSink();
    const to = [A, B, C];
    mail = email.open(
      { host: '127.0.0.1', port: sink.port, from: 'tidewatch <alerts@tw.example>', to },
      { clock, reach: EVERYWHERE },
    );
  });
  beforeEach(() => {
    sink.mails.length = 0;
    sink.refuse = () => null;
    sink.refuseData = () => null;
  });
  after(async () => {
    await mail.close();
    await sink.close();
  });

  function send(
    options: Partial<SendOptions> = {},
    over: Parameters<typeof sampleMessage>[0] = {},
  ): Promise<SendResult> {
    return mail.send(
      sampleMessage(over),
      { idempotencyKey: 'abc123', attempt: 1, ...options },
      AbortSignal.timeout(8_000),
    );
  }

  test('a mail that everyone takes is sent, once, to all', async () => {
    const result = await send();

    assert.equal(result.kind, 'sent');
    assert.deepEqual(
      result.recipients?.map(({ address, status }) => [address, status]),
      [A, B, C].map(address => [address, 'delivered']),
    );
    assert.deepEqual(
      sink.mails.map(taken => taken.to),
      [[A, B, C]],
    );
  });

  test('the Message-ID is that of the first attempt, the thread that of the group', async () => {
    await send();
    await send({ attempt: 2 });
    await send({ idempotencyKey: 'other' }, { status: 'resolved' });

    const [first, again, resolved] = sink.mails.map(taken => taken.mail);
    assert.equal(first?.messageId, '<abc123@tw.example>');
    assert.equal(again?.messageId, first?.messageId);
    assert.notEqual(resolved?.messageId, first?.messageId);
    assert.equal(resolved?.references, first?.references);
  });

  test('subject, text and HTML say what, since when, whose and with which numbers', async () => {
    await send();

    const taken = sink.mails[0]?.mail;
    assert.equal(taken?.subject, '[告警 Alert][严重 Critical] ostream_lag: cdo_filter_job lag 12,345,678,901');
    for (const part of [
      'sdk_log 12,345,678,901 > 10,000,000,000 or os_uninstall 12 > 100,000',
      '2026-11-21 17:55:00 GMT+8',
      'dw-team',
      '日活报表, revenue',
      'http://tw.example/alerts/e1',
      'http://tw.example/logs?id=7',
      'dw-oncall',
    ]) {
      assert.ok(taken?.text?.includes(part), `text: ${part}`);
      assert.ok(taken?.html?.includes(part.replaceAll('>', '&gt;')), `html: ${part}`);
    }
  });

  test('hint columns are columns of the table, in the order of the rule', async () => {
    await send();

    const headers = [...(sink.mails[0]?.mail.html ?? '').matchAll(/<th[^>]*>([^<]*)/g)].map(match => match[1]);
    assert.deepEqual(headers, ['sdk_log', '卸载量']);
  });

  test('texts of the outside are escaped, and the page loads nothing from elsewhere', async () => {
    await send({}, { title: '<script>x</script>', alerts: [sampleAlert({ summary: '"><img src=x onerror=y>' })] });

    const page = sink.mails[0]?.mail.html ?? '';
    assert.doesNotMatch(page, /<script|<img|<link|url\(/);
    assert.ok(page.includes('&lt;script&gt;x&lt;/script&gt;'));
    assert.ok(page.includes('java.lang.RuntimeException: &lt;bad&gt; &amp; &#39;odd&#39; input'));
  });

  const CHART = {
    title: 'lag{topic=sdk_log} 延迟',
    points: Array.from({ length: 30 }, (_, i) => [AT - (30 - i) * 60_000, i] as const),
    threshold: 20,
    firingFrom: AT - 600_000,
    unit: '',
  };

  test('the chart is a picture inside the mail, named by its content id, and said in words', async () => {
    await send({}, { alerts: [sampleAlert({ chart: CHART }), sampleAlert()] });

    const taken = sink.mails[0];
    const page = taken?.mail.html ?? '';
    const [picture, ...more] = taken?.mail.attachments ?? [];
    assert.equal(more.length, 0, 'one chart, one picture');
    assert.deepEqual([picture?.mimeType, picture?.contentId], ['image/png', '<chart-1-abc123@tw.example>']);
    assert.match(page, /<img src="cid:chart-1-abc123@tw\.example" width="640" alt="sdk_log 12,345,678,901 &gt;/);
    assert.ok(page.includes('lag{topic=sdk_log} 延迟'));
    assert.match(taken?.raw ?? '', /Content-Type: multipart\/related/);
    assert.doesNotMatch(page, /src="http/, 'nothing is loaded from elsewhere');
  });

  test('the caption of a chart is in the catalog’s words and the channel’s language, with whose it is', async () => {
    const about = { zh: '消费延迟', en: 'Time a hop is behind', of: 'topic=sdk_log' };
    await send({}, { alerts: [sampleAlert({ chart: { ...CHART, about } })] });

    const page = sink.mails[0]?.mail.html ?? '';
    assert.ok(page.includes('>消费延迟 Time a hop is behind · topic=sdk_log<'));
    assert.ok(!page.includes('lag{topic=sdk_log}'));
  });

  test('more charts than a mail should carry leave the further alerts their numbers', async () => {
    await send({}, { alerts: Array.from({ length: 8 }, () => sampleAlert({ chart: CHART })) });

    const taken = sink.mails[0]?.mail;
    assert.equal(taken?.attachments.length, 5);
    assert.equal(taken?.html?.match(/<img /g)?.length, 5);
  });

  test('a chart of nothing is left out', async () => {
    await send({}, { alerts: [sampleAlert({ chart: { ...CHART, points: [] } })] });

    assert.equal(sink.mails[0]?.mail.attachments.length, 0);
    assert.doesNotMatch(sink.mails[0]?.mail.html ?? '', /<img/);
  });

  test('who acknowledged, what follows from it, the lines around the log line and the button to acknowledge are in both parts', async () => {
    const alert = sampleAlert({
      ackUrl: 'http://tw.example/ack/1?sig=a&x=b',
      ackedBy: 'ann',
      alsoAffected: ['dw_sink late', 'revenue late'],
      logLine: {
        ts: AT,
        text: 'boom',
        url: 'http://tw.example/logs?id=7',
        context: ['10:04 WARN slow <x>', '10:06 INFO up'],
      },
    });
    await send({}, { alerts: [alert] });

    const taken = sink.mails[0]?.mail;
    for (const part of [
      'ann',
      'dw_sink late; revenue late',
      '10:04 WARN slow <x>',
      '10:06 INFO up',
      'http://tw.example/ack/1?sig=a&x=b',
    ]) {
      assert.ok(taken?.text?.includes(part), `text: ${part}`);
      const escaped = part.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
      assert.ok(taken?.html?.includes(escaped), `html: ${part}`);
    }
  });

  test('a mail in English has no Chinese word of ours', async () => {
    const english = email.open(
      { host: '127.0.0.1', port: sink.port, from: 'a@tw.example', to: [A], lang: 'en' },
      { clock, reach: EVERYWHERE },
    );

    const alerts = [sampleAlert({ annotations: [], affects: ['revenue'], reason: 'job-ended', ackedBy: 'ann' })];
    await english.send(
      sampleMessage({ alerts, omitted: 2, stillFiring: 1 }),
      { idempotencyKey: 'k', attempt: 1 },
      AbortSignal.timeout(8_000),
    );

    const taken = sink.mails[0]?.mail;
    assert.doesNotMatch(`${taken?.subject}${taken?.text}${taken?.html}`, /\p{Script=Han}/u);
    assert.match(taken?.text ?? '', /Acknowledged by: ann/);
    await english.close();
  });

  test('a line break in a title makes no header', async () => {
    await send({}, { title: 'a\r\nBcc: eve@example.com' });

    const taken = sink.mails[0];
    assert.equal(taken?.mail.bcc, undefined);
    assert.deepEqual(taken?.to, [A, B, C]);
  });

  test('a mixed answer: who has it is not asked again, who may take it later is', async () => {
    sink.refuse = address =>
      address === B ? { code: 450, text: 'greylisted' } : address === C ? { code: 550, text: 'no such user' } : null;

    const first = await send();

    assert.equal(first.kind, 'retryable');
    assert.deepEqual(
      first.recipients?.map(({ address, status }) => [address, status]),
      [
        [A, 'delivered'],
        [B, 'retryable'],
        [C, 'permanent'],
      ],
    );

    sink.refuse = () => null;
    const second = await send({ attempt: 2, skip: [A, C] });

    assert.equal(second.kind, 'sent');
    assert.deepEqual(
      sink.mails.map(taken => taken.to),
      [[A], [B]],
    );
  });

  test('the rest of a mail refused for good ends it as sent when others have it, and as dead when nobody has', async () => {
    sink.refuse = () => ({ code: 550, text: 'no such user' });

    const reached = await send({ attempt: 2, skip: [A, C], reached: true });
    const nobody = await send({ attempt: 2, skip: [A, C], reached: false });

    assert.deepEqual([reached.kind, nobody.kind], ['sent', 'permanent']);
  });

  test('some refused for good and the rest delivered is sent, and says who was not', async () => {
    sink.refuse = address => (address === C ? { code: 550, text: 'no such user' } : null);

    const result = await send();

    assert.equal(result.kind, 'sent');
    assert.deepEqual(
      result.recipients?.filter(recipient => recipient.status === 'permanent').map(recipient => recipient.address),
      [C],
    );
  });

  const REPLIES: readonly [string, () => void, string, string][] = [
    [
      'everyone refused for good is final',
      () => void (sink.refuse = () => ({ code: 550, text: 'no' })),
      'permanent',
      'recipient',
    ],
    [
      'everyone refused for now is tried again',
      () => void (sink.refuse = () => ({ code: 451, text: 'later' })),
      'retryable',
      'recipient',
    ],
    [
      'a mail refused for now is tried again',
      () => void (sink.refuseData = () => ({ code: 452, text: 'disk full' })),
      'retryable',
      'server',
    ],
    [
      'a mail refused for good is final',
      () => void (sink.refuseData = () => ({ code: 554, text: 'spam' })),
      'permanent',
      'refused',
    ],
  ];
  for (const [sentence, arrange, kind, reason] of REPLIES) {
    test(`reply: ${sentence}`, async () => {
      arrange();

      const result = await send();

      assert.deepEqual([result.kind, result.kind !== 'sent' && result.class], [kind, reason]);
      assert.ok((result.kind === 'sent' ? '' : (result.remedy ?? '')).length > 10, 'it says what to do');
    });
  }

  test('a server that wants a login first is final: it will want it the next time too', async () => {
    const guarded = await startSmtpSink({ user: 'tw', password: 'right' });
    const channel = email.open(
      { host: '127.0.0.1', port: guarded.port, from: 'a@tw.example', to: [A] },
      { clock, reach: EVERYWHERE },
    );

    const result = await channel.send(sampleMessage(), { idempotencyKey: 'k', attempt: 1 }, AbortSignal.timeout(8_000));

    assert.deepEqual([result.kind, result.kind !== 'sent' && result.class], ['permanent', 'auth']);
    await channel.close();
    await guarded.close();
  });

  test('a wrong password is final and never told', async () => {
    const guarded = await startSmtpSink({ user: 'tw', password: 'right' });
    const document = {
      host: '127.0.0.1',
      port: guarded.port,
      from: 'a@tw.example',
      to: [A],
      user: 'tw',
      password: 'wr0ng-secret',
    };
    const channel = email.open(document, { clock, reach: EVERYWHERE });

    const result = await channel.send(sampleMessage(), { idempotencyKey: 'k', attempt: 1 }, AbortSignal.timeout(8_000));

    assert.deepEqual([result.kind, result.kind !== 'sent' && result.class], ['permanent', 'auth']);
    assert.doesNotMatch(JSON.stringify(result), /wr0ng-secret/);
    await channel.close();
    await guarded.close();
  });

  test('the right password is taken from the environment', async () => {
    const guarded = await startSmtpSink({ user: 'tw', password: 'right' });
    process.env['TIDEWATCH_TEST_SMTP'] = 'right';
    const password = { env: 'TIDEWATCH_TEST_SMTP' };
    const channel = email.open(
      { host: '127.0.0.1', port: guarded.port, from: 'a@tw.example', to: [A], user: 'tw', password },
      { clock, reach: EVERYWHERE },
    );

    const result = await channel.send(sampleMessage(), { idempotencyKey: 'k', attempt: 1 }, AbortSignal.timeout(8_000));

    assert.equal(result.kind, 'sent');
    delete process.env['TIDEWATCH_TEST_SMTP'];
    await channel.close();
    await guarded.close();
  });

  test('no server is a network failure', async () => {
    const channel = email.open(
      { host: '127.0.0.1', port: 9, from: 'a@tw.example', to: [A] },
      { clock, reach: EVERYWHERE },
    );

    const result = await channel.send(sampleMessage(), { idempotencyKey: 'k', attempt: 1 }, AbortSignal.timeout(8_000));

    assert.deepEqual([result.kind, result.kind !== 'sent' && result.class], ['retryable', 'network']);
    await channel.close();
  });

  const DOCUMENTS: readonly [string, object, string][] = [
    ['no recipient', { to: [] }, 'to'],
    ['an address without a host', { to: ['ann'] }, 'to.0'],
    ['an address that breaks the line', { to: ['a@b.c\r\nBcc: x@y.z'] }, 'to.0'],
    ['an address too long for a parser', { to: [`${'a'.repeat(300)}@b.c`] }, 'to.0'],
    ['more recipients than a mail carries', { to: Array.from({ length: 201 }, (_, i) => `a${i}@b.c`) }, 'to'],
    ['a sender with a line break', { from: 'x\r\ny <a@b.c>' }, 'from'],
    ['a port out of range', { port: 70_000 }, 'port'],
    ['a secret from a variable that is not set', { password: { env: 'TIDEWATCH_NOT_SET' } }, 'password'],
    ['a field nobody knows', { colour: 'red' }, ''],
  ];
  for (const [sentence, over, path] of DOCUMENTS) {
    test(`a document is refused with the place: ${sentence}`, () => {
      const issues = email.check({ host: 'h', from: 'a@b.c', to: ['a@b.c'], ...over });

      assert.deepEqual(
        issues.map(issue => issue.path),
        [path],
      );
    });
  }
});
