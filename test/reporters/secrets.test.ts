/** No secret of any channel comes out of anything: its notifier, its errors, the delivery log, answers and lists of the service. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inspect } from 'node:util';
import { ChannelService } from '../../alerting/notify/channel-service.ts';
import { ManualClock } from '../../model/clock.ts';
import { reporters } from '../../reporters/index.ts';
import { EVERYWHERE } from '../../reporters/reach.ts';
import { openSqliteStateStore } from '../../store/sqlite/state-store.ts';
import { type MockChannel, startMockChannel } from '../support/mock-channels.ts';
import { startSmtpSink } from '../support/smtp-sink.ts';
import { AT, sampleMessage } from './samples.ts';
import { send } from './sending.ts';

const clock = new ManualClock(AT);
const SECRET = /s3cr3t/;
let mock: MockChannel;
let smtp: Awaited<ReturnType<typeof startSmtpSink>>;

before(async () => {
  mock = await startMockChannel(() => ({ status: 400, body: 'no' }));
  smtp = await startSmtpSink({ user: 'tw', password: 'another' });
});
after(() => Promise.all([mock.close(), smtp.close()]));

/** One document for each type, with a secret in each field that holds one. */
function documents(url: string): Readonly<Record<keyof typeof reporters, object>> {
  return {
    email: { host: '127.0.0.1', port: smtp.port, from: 'a@b.c', to: ['d@e.f'], user: 'tw', password: 's3cr3t-1' },
    dingtalk: { base_url: url, access_token: 's3cr3t-1', secret: 's3cr3t-2' },
    feishu: { base_url: url, hook_id: 's3cr3t-1', secret: 's3cr3t-2' },
    wecom: { base_url: url, key: 's3cr3t-1' },
    slack: { url: `${url}/services/s3cr3t-1` },
    teams: { url: `${url}/invoke?sig=s3cr3t-1` },
    pagerduty: { base_url: url, routing_key: 's3cr3t-1' },
    telegram: { base_url: url, token: 's3cr3t-1', chat_id: 1 },
    webhook: { url: `${url}/s3cr3t-1`, secret: 's3cr3t-2', previous_secret: 's3cr3t-3', allow_private: true },
  };
}

for (const type of Object.keys(reporters) as (keyof typeof reporters)[]) {
  test(`${type}: a refusal, a dead address and an inspection tell no secret`, async () => {
    for (const url of [mock.url, 'http://127.0.0.1:9', 'http://no-such-host.invalid']) {
      const notifier = reporters[type].open(documents(url)[type], { clock, reach: EVERYWHERE });

      const result = await send(notifier, sampleMessage());

      assert.notEqual(result.kind, 'sent');
      assert.doesNotMatch(`${JSON.stringify(result)} ${inspect([result, notifier], { depth: 9 })}`, SECRET);
      await notifier.close();
    }
  });

  test(`${type}: the service shows, lists, audits and refuses it without its secrets`, async () => {
    const state = openSqliteStateStore({ path: ':memory:' });
    const service = new ChannelService({
      state,
      registry: reporters,
      clock,
      reach: () => EVERYWHERE,
      publicUrl: 'http://tw.example',
    });
    await service.load([]);
    const document = { name: 'c', type, ...documents(mock.url)[type] };

    const view = await service.create(document, 'ann');
    const refused = await service.create({ ...document, name: 'd', colour: 1 }, 'ann').catch((error: unknown) => error);
    const tested = await service.test(view.id);
    const { items: audit } = await state.listAudit(100);

    const shown = [view, service.list(), audit, service.active('c'), refused, tested];
    assert.doesNotMatch(`${JSON.stringify(shown)} ${inspect(shown, { depth: 9 })} ${String(refused)}`, SECRET);
    assert.match(JSON.stringify(view), /<secret>/);
    assert.notEqual(tested.kind, 'sent');
    await service.close();
  });
}
