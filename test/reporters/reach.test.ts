/**
 * Every channel connects only within its reach: to an address that was checked right before, whatever the name says a moment later. The other side
 * listens on 127.0.0.1; names are looked up by a table of the test.
 */
import assert from 'node:assert/strict';
import type { LookupFunction } from 'node:net';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Reach } from '../../alerting/notify/channel.ts';
import type { SendResult } from '../../alerting/notify/notifier.ts';
import { ManualClock } from '../../model/clock.ts';
import { reporters } from '../../reporters/index.ts';
import { createReach } from '../../reporters/reach.ts';
import { type MockChannel, startMockChannel } from '../support/mock-channels.ts';
import { startSmtpSink } from '../support/smtp-sink.ts';
import { AT, sampleMessage } from './samples.ts';
import { send } from './sending.ts';

const HERE = '127.0.0.1';
/** Of the own machine too, and nobody listens there. */
const ELSEWHERE = '127.0.0.2';
const clock = new ManualClock(AT);
let mock: MockChannel;
let smtp: Awaited<ReturnType<typeof startSmtpSink>>;

describe('addresses a channel may reach', () => {
  before(async () => {
    // One answer that every channel takes for a success or a refusal; none of them matters here, only that it was asked.
    mock = await startMockChannel(() => ({ status: 200, body: { errcode: 0, code: 0, ok: true } }));
    smtp = await startSmtpSink();
  });
  beforeEach(() => {
    mock.requests.length = 0;
    smtp.mails.length = 0;
  });
  after(() => Promise.all([mock.close(), smtp.close()]));

  type Type = keyof typeof reporters;

  /** A document of each type that leads to a host. */
  function document(type: Type, host: string): object {
    const url = `http://${host}:${new URL(mock.url).port}`;
    const documents: Readonly<Record<Type, object>> = {
      email: { host: host.replace(/[[\]]/g, ''), port: smtp.port, from: 'a@b.c', to: ['d@e.f'] },
      dingtalk: { base_url: url, access_token: 't' },
      feishu: { base_url: url, hook_id: 'h' },
      wecom: { base_url: url, key: 'k' },
      slack: { url: `${url}/services/x` },
      teams: { url: `${url}/invoke` },
      pagerduty: { base_url: url, routing_key: 'r' },
      telegram: { base_url: url, token: 't', chat_id: 1 },
      webhook: { url, allow_private: true },
    };
    return documents[type];
  }

  /** Answers a name with one list of addresses after the other, and remembers being asked. */
  function resolver(...answers: readonly (readonly string[])[]): { lookup: LookupFunction; asked: string[] } {
    const asked: string[] = [];
    const lookup: LookupFunction = (host, _options, done) => {
      const addresses = answers[Math.min(asked.length, answers.length - 1)] ?? [];
      asked.push(host);
      process.nextTick(
        done,
        null,
        addresses.map(address => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    };
    return { lookup, asked };
  }

  async function sendOver(type: Type, host: string, reach: Reach): Promise<SendResult> {
    const notifier = reporters[type].open(document(type, host), { clock, reach });
    try {
      return await send(notifier, sampleMessage());
    } finally {
      await notifier.close();
    }
  }

  /** Connections that came as far as asking something. */
  function asked(): number {
    return mock.requests.length + smtp.mails.length;
  }

  function verdict(result: SendResult): readonly unknown[] {
    return [result.kind, result.kind === 'sent' ? '' : result.class];
  }

  const BLOCKED = ['permanent', 'blocked'];

  for (const type of Object.keys(reporters) as Type[]) {
    test(`${type}: an address of the own machine is refused, however it is written`, async () => {
      const { lookup } = resolver([HERE]);
      for (const host of ['127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', 'hooks.example']) {
        const result = await sendOver(type, host, createReach({ everywhere: false, lookup }));

        assert.deepEqual(verdict(result), BLOCKED, host);
        assert.match(result.kind === 'sent' ? '' : (result.remedy ?? ''), /allow_private/);
      }
      assert.equal(asked(), 0, 'nothing left');
    });

    test(`${type}: the connection goes to the address that was checked, not to what the name says afterwards`, async () => {
      const { lookup, asked: names } = resolver([HERE], [ELSEWHERE]);
      const reach = createReach({ everywhere: false, listed: [HERE], lookup });

      await sendOver(type, 'hooks.example', reach);
      assert.ok(asked() > 0, 'the permitted address was asked');
      const before = [asked(), names.length];
      const later = await sendOver(type, 'hooks.example', reach);

      assert.deepEqual(verdict(later), BLOCKED, 'the name leads elsewhere now');
      assert.equal(asked(), before[0]);
      assert.deepEqual([...new Set(names)], ['hooks.example']);
      assert.equal(names.length, asked() + 1, 'one look-up for each connection');
    });

    test(`${type}: of several addresses only those within reach are tried`, async () => {
      const { lookup } = resolver([ELSEWHERE, '10.0.0.1', HERE]);

      await sendOver(type, 'hooks.example', createReach({ everywhere: false, listed: ['127.0.0.1/32'], lookup }));

      assert.ok(asked() > 0);
    });

    test(`${type}: a listed name may lead into the own network`, async () => {
      const { lookup } = resolver([HERE]);

      await sendOver(type, 'HOOKS.example', createReach({ everywhere: false, listed: ['hooks.example'], lookup }));
      const other = await sendOver(
        type,
        'x.hooks.example',
        createReach({ everywhere: false, listed: ['hooks.example'], lookup }),
      );

      assert.ok(asked() > 0);
      assert.deepEqual(verdict(other), BLOCKED, 'a name below it is another');
    });

    test(`${type}: a name nobody knows is a network failure, tried again`, async () => {
      const lookup: LookupFunction = (_host, _options, done) =>
        process.nextTick(done, Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), []);

      const result = await sendOver(type, 'hooks.example', createReach({ everywhere: false, lookup }));

      assert.deepEqual(verdict(result), ['retryable', 'network']);
    });
  }

  test('a redirect into the own network is not followed, by any channel that speaks HTTP', async () => {
    for (const type of Object.keys(reporters) as Type[]) {
      if (type === 'email') continue;
      const { lookup, asked: names } = resolver([HERE], [ELSEWHERE]);
      mock.answers.push({ status: 307, headers: { location: `http://${ELSEWHERE}:1/` }, body: '' });

      const result = await sendOver(type, 'hooks.example', createReach({ everywhere: false, listed: [HERE], lookup }));

      assert.deepEqual([...verdict(result), names.length], ['permanent', 'redirect', 1], type);
    }
  });

  test('a webhook that does not ask for private addresses gets none beyond the list, wherever it comes from', async () => {
    const { lookup } = resolver([HERE]);
    const url = `http://hooks.example:${new URL(mock.url).port}/`;
    const over = (listed: readonly string[]) =>
      reporters.webhook.open({ url }, { clock, reach: createReach({ everywhere: true, listed, lookup }) });

    assert.deepEqual(verdict(await send(over([]))), BLOCKED);
    assert.deepEqual(verdict(await send(over(['127.0.0.0/8']))), ['sent', '']);
  });

  test('a link-local address with its interface is refused too', async () => {
    const { lookup } = resolver(['fe80::1%lo']);

    assert.deepEqual(
      verdict(await sendOver('slack', 'hooks.example', createReach({ everywhere: false, lookup }))),
      BLOCKED,
    );
  });
});
