import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { inspect } from 'node:util';
import { ChannelService } from '../../../alerting/notify/channel-service.ts';
import { ManualClock } from '../../../model/clock.ts';
import { UserError, VersionConflictError } from '../../../model/errors.ts';
import { reporters } from '../../../reporters/index.ts';
import { createReach, EVERYWHERE } from '../../../reporters/reach.ts';
import { openSqliteStateStore } from '../../../store/sqlite/state-store.ts';
import type { StateStore } from '../../../store/state-store.ts';
import { type DingtalkServer, startDingtalkServer } from '../../support/dingtalk-server.ts';
import { START } from './harness.ts';

const TOKEN = 'tok-0123456789';
const SECRET = 'SEC-abcdef';
const clock = new ManualClock(START);
let server: DingtalkServer;
let state: StateStore;
let service: ChannelService;

describe('channels', () => {
  before(async () => {
    server = await startDingtalkServer({ secret: SECRET, now: () => clock.now() });
  });
  beforeEach(async () => {
    server.requests.length = 0;
    server.answers.length = 0;
    state = openSqliteStateStore({ path: ':memory:' });
    service = await open();
  });
  after(() => server.close());

  async function open(managed: Parameters<ChannelService['load']>[0] = []): Promise<ChannelService> {
    const made = new ChannelService({
      state,
      registry: reporters,
      clock,
      reach: () => EVERYWHERE,
      publicUrl: 'http://tw.example',
    });
    await made.load(managed);
    return made;
  }

  function robot(over: object = {}) {
    return { name: 'robot', type: 'dingtalk', base_url: server.url, access_token: TOKEN, secret: SECRET, ...over };
  }

  function rejectsWith(code: string, path?: string) {
    return (error: unknown): boolean => {
      assert.ok(error instanceof UserError, String(error));
      assert.equal(error.code, code);
      if (path !== undefined)
        assert.deepEqual(
          error.issues.map(issue => issue.path),
          [path],
        );
      return true;
    };
  }

  test('a channel that was created can send, also after a restart', async () => {
    const { id } = await service.create(robot(), 'ann');

    const again = await open();

    assert.deepEqual(await again.test(id), { kind: 'sent' });
    assert.match(server.requests[0]?.body.markdown.text ?? '', /测试消息 test message/);
    assert.deepEqual([...again.names()], ['robot']);
  });

  test('a test tells the channel’s own answer', async () => {
    const { id } = await service.create(robot(), 'ann');
    server.answers.push({ body: { errcode: 310000, errmsg: 'keywords not in content' } });

    const result = await service.test(id);

    assert.deepEqual([result.kind, result.kind !== 'sent' && result.class], ['permanent', 'keyword']);
  });

  test('secrets come out of nothing: answers, lists, audit, errors, inspection', async () => {
    const view = await service.create(robot(), 'ann');
    await service.update(view.id, robot({ access_token: 'tok-9876543210' }), view.version, 'ann');
    const { items: audit } = await state.listAudit(100);
    const refused = await service.create(robot({ name: 'other', colour: 1 }), 'ann').catch((error: unknown) => error);

    const everything = [view, service.list(), service.get(view.id), audit, service.active('robot'), refused];
    assert.equal(view['access_token'], '<secret>');
    for (const shown of everything) {
      const text = `${JSON.stringify(shown)} ${inspect(shown, { depth: 9 })} ${String(shown)}`;
      assert.doesNotMatch(text, /tok-\d|SEC-abc/);
    }
    assert.ok(JSON.stringify(audit).includes('access_token'), 'that a secret changed is said');
  });

  test('a document that is sent back as it was read keeps its secrets', async () => {
    const { id, version, ...shown } = await service.create(robot(), 'ann');
    const { managed: _, ...document } = shown;

    const changed = await service.update(id, { ...document, throttle_floor: '5s' }, version, 'ann');

    assert.equal((await service.test(id)).kind, 'sent');
    assert.equal(service.active('robot')?.throttleFloorMs, 5_000);
    assert.notEqual(changed.version, version);
  });

  const REFUSED: readonly [string, object, string][] = [
    ['an unknown type', { type: 'pigeon' }, 'type'],
    ['no token', { access_token: undefined }, 'access_token'],
    ['the mask of a token', { access_token: '<secret>' }, 'access_token'],
    ['an address that is none', { base_url: 'ftp://x' }, 'base_url'],
    ['an address with a password', { base_url: 'http://a:b@x' }, 'base_url'],
    ['a wait that is no duration', { throttle_floor: 'soon' }, 'throttle_floor'],
    ['a shortest wait above the longest', { retry: { min: '10m', max: '1m' } }, 'retry.min'],
    ['itself as fallback', { fallback: 'robot' }, 'fallback'],
    ['a name of nothing', { name: '' }, 'name'],
    ['a field nobody knows', { colour: 'red' }, ''],
  ];
  for (const [sentence, over, path] of REFUSED) {
    test(`a document is refused with the place: ${sentence}`, async () => {
      await assert.rejects(service.create(robot(over), 'ann'), rejectsWith('bad-request', path));
      assert.deepEqual(service.list(), []);
    });
  }

  test('defaults are those of the contract, a document overrides them', async () => {
    await service.create(robot(), 'ann');
    await service.create(
      robot({ name: 'two', retry: { max: '10s', give_up: '1h' }, throttle_floor: '1s', fallback: 'robot' }),
      'ann',
    );

    const { retry, throttleFloorMs, budget, fallback } = service.active('robot') ?? assert.fail('no channel');
    assert.deepEqual(
      [retry, throttleFloorMs, budget, fallback],
      [{ minMs: 1_000, maxMs: 300_000, giveUpMs: 86_400_000 }, 60_000, { requests: 20, windowMs: 60_000 }, null],
    );
    const two = service.active('two') ?? assert.fail('no channel');
    assert.deepEqual(
      [two.retry, two.throttleFloorMs, two.fallback],
      [{ minMs: 1_000, maxMs: 10_000, giveUpMs: 3_600_000 }, 1_000, 'robot'],
    );
  });

  test('a name is given once, an old version changes nothing, what is gone is not found', async () => {
    const view = await service.create(robot(), 'ann');

    await assert.rejects(service.create(robot(), 'bob'), rejectsWith('name-taken'));
    await service.update(view.id, robot({ throttle_floor: '2s' }), view.version, 'ann');
    await assert.rejects(service.update(view.id, robot(), view.version, 'bob'), VersionConflictError);
    await assert.rejects(service.delete(view.id, view.version, 'bob'), VersionConflictError);
    assert.equal(service.active('robot')?.throttleFloorMs, 2_000);
    await service.delete(view.id, 'any', 'ann');
    assert.throws(() => service.get(view.id), rejectsWith('not-found'));
    assert.equal(service.active('robot'), null);
  });

  test('channels of the configuration are shown, not changed, and come before stored ones of their name', async () => {
    await service.create(robot({ throttle_floor: '9s' }), 'ann');

    await service.load([robot({ throttle_floor: '3s' })]);

    const [view] = service.list();
    assert.equal(service.list().length, 1);
    assert.equal(service.active('robot')?.throttleFloorMs, 3_000);
    await assert.rejects(service.update(view?.id ?? '', robot(), 'any', 'ann'), rejectsWith('managed-by-file'));
  });

  test('a reload with a bad channel leaves the old ones sending; one without change keeps its connection', async () => {
    await service.load([robot()]);
    const before = service.active('robot');

    await assert.rejects(service.load([robot(), robot({ name: 'bad', base_url: 'x' })]), rejectsWith('bad-request'));
    assert.equal(service.active('robot'), before);
    await service.load([robot()]);
    assert.equal(service.active('robot'), before);
    await service.load([robot({ throttle_floor: '1s' })]);
    assert.notEqual(service.active('robot'), before);
  });

  test('a stored channel whose secret has gone is listed with its error and can be mended', async () => {
    process.env['TIDEWATCH_TEST_TOKEN'] = TOKEN;
    const { id } = await service.create(robot({ access_token: { env: 'TIDEWATCH_TEST_TOKEN' } }), 'ann');
    delete process.env['TIDEWATCH_TEST_TOKEN'];

    const later = await open();

    assert.match(String(later.get(id)['error']), /TIDEWATCH_TEST_TOKEN is not set/);
    assert.equal(later.active('robot'), null);
    assert.equal((await later.test(id)).kind, 'permanent');
    await later.update(id, robot(), 'any', 'ann');
    assert.equal((await later.test(id)).kind, 'sent');
  });

  test('who comes from the configuration may reach more than who was made over the API, also after a restart', async () => {
    const asked: boolean[] = [];
    const reach = (managed: boolean) => {
      asked.push(managed);
      return managed ? EVERYWHERE : createReach({ everywhere: false });
    };
    const make = () => new ChannelService({ state, registry: reporters, clock, reach, publicUrl: 'http://tw.example' });
    const first = make();
    await first.load([robot({ name: 'file' })]);
    const { id } = await first.create(robot({ name: 'api' }), 'ann');
    await first.update(id, robot({ name: 'api', at: { all: true } }), 'any', 'ann');
    const restarted = make();
    await restarted.load([robot({ name: 'file' })]);

    assert.deepEqual(asked, [true, false, false, true, false]);
    for (const running of [first, restarted]) {
      assert.equal((await running.test('file:file')).kind, 'sent');
      const refused = await running.test(id);
      assert.deepEqual([refused.kind, refused.kind !== 'sent' && refused.class], ['permanent', 'blocked']);
      await running.close();
    }
  });
});
