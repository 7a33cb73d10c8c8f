import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { ActiveChannel } from '../../alerting/notify/channel.ts';
import type { Message } from '../../alerting/notify/message.ts';
import { DeadMan } from '../../app/deadman.ts';
import { systemClock } from '../../model/clock.ts';
import { Secret } from '../../model/secret.ts';
import { until } from '../support/until.ts';

interface Beat {
  readonly method: string;
  readonly url: string;
  readonly body: string;
}
const beats: Beat[] = [];
let status = 200;
let base = '';
const server = createServer((request, response) => {
  let body = '';
  request.on('data', chunk => {
    body += chunk;
  });
  request.on('end', () => {
    beats.push({ method: request.method ?? '', url: request.url ?? '', body });
    response.writeHead(status).end();
  });
});

describe('the heartbeat to an outside receiver', () => {
  before(async () => {
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => void server.close());
  beforeEach(() => {
    beats.length = 0;
    status = 200;
  });

  const sent: Message[] = [];
  const channel = {
    notifier: {
      async send(message: Message) {
        sent.push(message);
        return { kind: 'sent' as const };
      },
      close: async () => undefined,
    },
  } as unknown as ActiveChannel;

  function deadMan(heartbeat: object, ailing: () => string | null = () => null): DeadMan {
    return new DeadMan({
      heartbeat: () => ({ format: 'get', every: 1000, ...heartbeat }) as never,
      ailing: async () => ailing(),
      channels: { active: name => (name === 'hook' ? channel : null) },
      publicUrl: 'http://tw.example',
      clock: systemClock,
      logger: { warn: () => undefined, info: () => undefined },
    });
  }

  const FORMATS: readonly [string, object, (beat: Beat) => void][] = [
    ['a GET, as healthchecks has it', {}, beat => assert.deepEqual([beat.method, beat.body], ['GET', ''])],
    ['a POST', { format: 'post' }, beat => assert.deepEqual([beat.method, beat.body], ['POST', ''])],
    [
      'a firing alert for an Alertmanager, good for three beats',
      { format: 'alertmanager' },
      beat => {
        const [alert] = JSON.parse(beat.body) as [{ labels: { alertname: string }; startsAt: string; endsAt: string }];
        assert.equal(alert.labels.alertname, 'Watchdog');
        assert.equal(Date.parse(alert.endsAt) - Date.parse(alert.startsAt), 3000);
      },
    ],
  ];
  for (const [sentence, heartbeat, check] of FORMATS) {
    test(`the heartbeat is ${sentence}`, async () => {
      const beating = deadMan({ url: new Secret(`${base}/ping/token`), ...heartbeat });
      beating.start();
      await until('a beat', () => beats.length > 0);
      await beating.stop();

      assert.equal(beats[0]?.url, '/ping/token');
      check(beats[0] as Beat);
    });
  }

  test('the heartbeat may go over a channel', async () => {
    const beating = deadMan({ channel: 'hook' });
    beating.start();
    await until('a message', () => sent.length > 0);
    await beating.stop();

    assert.deepEqual([sent[0]?.status, sent[0]?.alerts[0]?.labels['alertname']], ['firing', 'Watchdog']);
  });

  test('no heartbeat leaves a daemon that does not evaluate', async () => {
    let ailing: string | null = 'the state store does not answer';
    let asked = 0;
    const beating = deadMan({ url: new Secret(base), every: 20 }, () => {
      asked++;
      return ailing;
    });
    beating.start();
    await until('three looks', () => asked >= 3);
    assert.equal(beats.length, 0);

    ailing = null;
    await until('a beat', () => beats.length > 0);
    await beating.stop();
  });

  test('a receiver that does not take it three times in a row is said to fail, until it does', async () => {
    status = 503;
    const beating = deadMan({ url: new Secret(base), every: 20 });
    beating.start();
    await until('it fails', () => beating.failing() !== null);
    assert.ok(beats.length >= 3);
    assert.match(beating.failing() ?? '', /503/);

    status = 200;
    await until('it is well', () => beating.failing() === null);
    await beating.stop();
  });

  test('a channel that is not there is named', async () => {
    const beating = deadMan({ channel: 'gone', every: 10 });
    beating.start();
    await until('it fails', () => beating.failing() !== null);
    await beating.stop();

    assert.match(beating.failing() ?? '', /no channel gone/);
  });
});
