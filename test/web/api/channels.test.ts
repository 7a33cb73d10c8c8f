import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Json } from '../../../model/json.ts';
import { type DingtalkServer, startDingtalkServer } from '../../support/dingtalk-server.ts';
import { type Answer, type Api, NOW, openApi, problemOf } from './fixture.ts';

interface Channel {
  readonly id: string;
  readonly version: string;
  readonly managed: boolean;
  readonly [field: string]: unknown;
}

const SECRETS = ['token-of-robot', 'SECsign', 'smtp-password'];
let api: Api;
let robot: DingtalkServer;

before(async () => {
  robot = await startDingtalkServer({ secret: 'SECsign', now: () => NOW });
  api = await openApi({
    channels: [
      {
        name: 'mail',
        type: 'email',
        host: '127.0.0.1',
        from: 'a@x.example',
        to: ['b@x.example'],
        user: 'u',
        password: 'smtp-password',
      },
    ],
  });
});
after(async () => {
  await api.close();
  await robot.close();
});

const dingtalk = (name: string, more: object = {}) => ({
  name,
  type: 'dingtalk',
  base_url: robot.url,
  access_token: 'token-of-robot',
  secret: 'SECsign',
  ...more,
});
const create = (document: object): Promise<Answer<Channel>> =>
  api.ask<Channel>('POST', 'channels', document, { 'x-tidewatch-user': 'han' });

test('a channel is created, read, changed against its version and deleted; its secrets never come out', async () => {
  const created = await create(dingtalk('robot'));
  const { id, version } = created.body;
  const read = await api.ask<Channel>('GET', `channels/${id}`);
  // What was read goes back with one field changed: the hidden secrets stand for the stored ones.
  const { id: _id, version: _version, managed: _managed, ...document } = read.body;
  const changed = await api.ask<Channel>(
    'PUT',
    `channels/${id}`,
    { ...document, throttle_floor: '90s' },
    { 'if-match': `"${version}"` },
  );
  const late = await api.ask('PUT', `channels/${id}`, dingtalk('robot'), { 'if-match': `"${version}"` });
  const sent = await api.ask<{ kind: string }>('POST', `channels/${id}/test`);
  const lateDelete = await api.ask('DELETE', `channels/${id}`, undefined, { 'if-match': `"${version}"` });
  const deleted = await api.ask('DELETE', `channels/${id}`, undefined, { 'if-match': `"${changed.body.version}"` });

  assert.equal(created.status, 201, created.text);
  assert.equal(created.headers['etag'], `"${version}"`);
  assert.deepEqual([read.body['access_token'], read.body['secret']], ['<secret>', '<secret>']);
  assert.equal(changed.status, 200, changed.text);
  assert.equal(changed.body['throttle_floor'], '90s');
  problemOf(late, 412, 'version-conflict');
  assert.deepEqual(sent.body.kind, 'sent', sent.text);
  assert.equal(robot.requests.at(-1)?.token, 'token-of-robot');
  problemOf(lateDelete, 412, 'version-conflict');
  assert.equal(deleted.status, 204);
  problemOf(await api.ask('GET', `channels/${id}`), 404, 'not-found');
});

test('no answer holds a secret: not lists, not single channels, not the audit trail, not errors', async () => {
  const { body } = await create(dingtalk('secretive'));
  const answers = [
    await api.ask('GET', 'channels'),
    await api.ask('GET', `channels/${body.id}`),
    await api.ask('GET', 'audit'),
    await api.ask('GET', 'status'),
    await create(dingtalk('secretive')),
    await create(dingtalk('broken', { base_url: 7 })),
  ];

  for (const { text } of answers) for (const secret of SECRETS) assert.equal(text.includes(secret), false, text);
});

test('a channel of the configuration is listed and changed only there', async () => {
  const { items, next } = await api.get<{ items: Channel[]; next: null }>('channels');
  const mail = items.find(c => c['name'] === 'mail');

  assert.equal(next, null);
  assert.equal(mail?.managed, true);
  problemOf(await api.ask('PUT', `channels/${mail?.id}`, dingtalk('mail')), 409, 'managed-by-file');
  problemOf(await api.ask('DELETE', `channels/${mail?.id}`), 409, 'managed-by-file');
});

const REFUSED: readonly (readonly [
  sentence: string,
  document: () => object,
  status: number,
  code: string,
  place?: string,
])[] = [
  ['without a name', () => ({ type: 'dingtalk' }), 422, 'bad-request', 'name'],
  ['of an unknown type', () => ({ name: 'x', type: 'pigeon' }), 422, 'bad-request', 'type'],
  ['with an unknown field', () => dingtalk('x', { colour: 'red' }), 422, 'bad-request'],
  ['without its token', () => ({ name: 'x', type: 'dingtalk' }), 422, 'bad-request', 'access_token'],
  ['with the name of another', () => dingtalk('mail'), 409, 'name-taken'],
  ['that is a list', () => [], 422, 'bad-request'],
];
for (const [sentence, document, status, code, place] of REFUSED) {
  test(`a channel ${sentence} is refused`, async () => {
    const problem = problemOf(await create(document()), status, code);

    if (place !== undefined) assert.equal(problem.errors?.[0]?.path, place);
  });
}

test('a test that fails says what the channel answered', async () => {
  const { body } = await create(dingtalk('refusing'));
  robot.answers.push({ body: { errcode: 310000, errmsg: 'keywords not in content' } });

  const answer = await api.ask<{ kind: string; error: string }>('POST', `channels/${body.id}/test`);

  assert.equal(answer.status, 200);
  assert.equal(answer.body.kind, 'permanent');
  assert.match(answer.body.error, /keywords not in content/);
});

test('changes are in the audit trail with who made them, newest first, in pages', async () => {
  const { body } = await create(dingtalk('audited'));
  await api.ask('DELETE', `channels/${body.id}`, undefined, { 'x-tidewatch-user': 'mei' });

  interface Page {
    readonly items: readonly {
      readonly who: string;
      readonly object: string;
      readonly field: string;
      readonly at: number;
    }[];
    readonly next: string | null;
  }
  const page = await api.get<Page>('audit?limit=1');
  const second = await api.get<Page>(`audit?limit=1&cursor=${encodeURIComponent(page.next ?? '')}`);

  assert.deepEqual([page.items[0]?.who, page.items[0]?.object, page.items[0]?.at], ['mei', 'channel audited', NOW]);
  assert.equal(second.items[0]?.object, 'channel audited');
  assert.notDeepEqual(second.items, page.items);
});

/** An outbox row as dispatch writes it. */
function row(n: number, channel: string, status: 'delivered' | 'dead') {
  const message = {
    status: 'firing',
    severity: 'warning',
    title: `title ${n}`,
    groupKey: 'g',
    groupLabels: {},
    receiver: channel,
    at: NOW,
    zone: 'UTC',
    alerts: [],
    omitted: 0,
    url: 'http://localhost',
  };
  const ref = { key: 'k', episode: 'e', status: 'firing', labels: { alertname: `rule ${n}` } };
  const tries = [{ at: NOW, outcome: status === 'dead' ? 'permanent' : 'sent' }];
  const failed = status === 'dead' ? { class: 'auth', error: 'refused' } : {};
  const body: Json = {
    kind: 'firing',
    message,
    alerts: [ref],
    tries,
    recipients: [{ address: 'b@x.example', status: 'delivered' }],
    ...failed,
  };
  return { id: `row-${n}`, channel, createdAt: NOW + n, nextAttemptAt: NOW, status, attempts: 1, body };
}

test('deliveries are listed by channel and status, newest first, with recipients and alerts', async () => {
  await api.state.commitFlush('g', null, {
    state: null,
    consumedIntents: [],
    outbox: [row(1, 'mail', 'delivered'), row(2, 'mail', 'dead'), row(3, 'robot', 'delivered')],
  });
  interface Delivery {
    readonly id: string;
    readonly channel: string;
    readonly kind: string;
    readonly status: string;
    readonly attempts: number;
    readonly class?: string;
    readonly error?: string;
    readonly recipients: readonly object[];
    readonly alerts: readonly object[];
  }
  type Page = { readonly items: readonly Delivery[]; readonly next: string | null };

  const all = await api.get<Page>('deliveries');
  const ofMail = await api.get<Page>('deliveries?channel=mail&limit=1');
  const older = await api.get<Page>(`deliveries?channel=mail&limit=1&cursor=${encodeURIComponent(ofMail.next ?? '')}`);
  const dead = await api.get<Page>('deliveries?status=dead');

  assert.deepEqual(
    all.items.map(d => d.id),
    ['row-3', 'row-2', 'row-1'],
  );
  assert.deepEqual([ofMail.items[0]?.id, older.items[0]?.id], ['row-2', 'row-1']);
  const [failed] = dead.items;
  assert.deepEqual(
    [failed?.kind, failed?.status, failed?.attempts, failed?.class, failed?.error, failed?.recipients, failed?.alerts],
    [
      'firing',
      'dead',
      1,
      'auth',
      'refused',
      [{ address: 'b@x.example', status: 'delivered' }],
      [{ labels: { alertname: 'rule 2' }, status: 'firing' }],
    ],
  );
  problemOf(await api.ask('GET', 'deliveries?status=lost'), 422, 'bad-request');
});
