/** Documents about who is told, silences, acknowledgements and the delivery log over the API. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { newRow, outboxId } from '../../../alerting/notify/outbox-body.ts';
import { testMessage } from '../../../alerting/notify/test-message.ts';
import { Secret } from '../../../model/secret.ts';
import { type Answer, type Api, MINUTE, NOW, openApi, point, problemOf, SECOND } from './fixture.ts';

interface Document {
  readonly id: string;
  readonly version: string;
  readonly managed: boolean;
  readonly [field: string]: unknown;
}
interface Listed<T> {
  readonly items: readonly T[];
}
interface Alert {
  readonly id: string;
  readonly state: string;
  readonly labels: Record<string, string>;
  readonly acked?: { readonly by: string; readonly until: number };
  readonly silenced_by?: readonly string[];
  readonly inhibited_by?: { readonly inhibition: string; readonly source: string };
}

let api: Api;
before(async () => {
  api = await openApi({
    alerting: {
      routes: [{ matchers: { team: 'file' }, receivers: ['ops'] }],
      receivers: { ops: ['mail'] },
      silences: [{ matchers: { topic: 'file' }, ends_at: '2030-01-01T00:00:00Z' }],
    },
  });
  await fire();
});
after(() => api.close());

const HAN = { 'x-tidewatch-user': 'han' };
const post = <T = Document>(path: string, body: unknown, headers: Record<string, string> = HAN): Promise<Answer<T>> =>
  api.ask<T>('POST', path, body, headers);
const alerts = async (): Promise<readonly Alert[]> => (await api.get<Listed<Alert>>('alerts')).items;
const alertOf = async (job: string): Promise<Alert> => {
  const found = (await alerts()).find(({ labels }) => labels['job'] === job);
  assert.ok(found, `an alert of ${job}`);
  return found;
};

/** Two alerts, of jobs `etl` and `sink`. */
async function fire(): Promise<void> {
  const rule = {
    name: 'backlog',
    schedule: '* * * * *',
    window: '2m',
    group_by: ['job'],
    labels: { team: 'dw' },
    metrics: [{ metric: 'waiting' }],
    condition: '{0} > 5',
  };
  await api.take('metrics', point('waiting', 9, NOW, { job: 'etl' }), point('waiting', 9, NOW, { job: 'sink' }));
  assert.equal((await post('rules', rule)).status, 201);
  await api.clock.advance(MINUTE);
  await api.evaluation.get().engine.tick();
}

const CRUD: readonly [path: string, document: object, change: object][] = [
  ['receivers', { name: 'team', channels: ['mail'] }, { channels: ['mail', 'robot'] }],
  [
    'routes',
    {
      matchers: { team: 'dw' },
      receivers: ['ops'],
      group_wait: '5s',
      escalation: [{ after: '10m', receivers: ['boss'] }],
      ack_ttl: '30m',
    },
    { continue: true },
  ],
  ['inhibitions', { upstream: true }, { comment: 'by lineage' }],
  ['rotas', { name: 'nights', layers: [{ members: ['li', 'wang'], start: '2026-11-02' }] }, { zone: 'Asia/Shanghai' }],
  ['silences', { matchers: { job: 'nobody' }, ends_at: NOW + MINUTE }, { comment: 'longer' }],
];
for (const [path, document, change] of CRUD) {
  test(`${path}: created, read, changed against the version, listed, audited`, async () => {
    const created = await post(path, document);
    assert.equal(created.status, 201, created.text);
    const { id, version } = created.body;
    const read = await api.get<Document>(`${path}/${id}`);
    assert.deepEqual({ ...read, ...document }, read, 'what was written is there');

    const whole = { ...document, ...change };
    const changed = await api.ask<Document>('PUT', `${path}/${id}`, whole, { 'if-match': `"${version}"`, ...HAN });
    assert.equal(changed.status, 200, changed.text);
    assert.notEqual(changed.body.version, version);
    problemOf(await api.ask('PUT', `${path}/${id}`, whole, { 'if-match': `"${version}"` }), 412, 'version-conflict');
    problemOf(await api.ask('PUT', `${path}/nobody`, whole), 404, 'not-found');
    const { items } = await api.get<Listed<Document>>(path);
    assert.ok(items.some(item => item.id === id));
    const { items: audit } = await api.get<Listed<{ who: string; object: string; field: string }>>('audit?limit=5');
    const [field] = Object.keys(change);
    assert.ok(audit.some(entry => entry.who === 'han' && entry.object.endsWith(id) && entry.field === field));
    assert.equal((await api.ask('DELETE', `${path}/${id}`, undefined, HAN)).status, 204);
  });
}

test('routes are brought into an order by one request, which names all of them as they are now', async () => {
  const put = (ids: readonly string[]): Promise<Answer<Listed<Document>>> =>
    api.ask('PUT', 'routes/order', { ids }, HAN);
  const [first, second] = [
    await post('routes', { name: 'first', matchers: { team: 'a' }, receivers: ['ops'] }),
    await post('routes', { name: 'second', matchers: { team: 'a' }, receivers: ['ops'] }),
  ];
  const [a, b] = [first.body.id, second.body.id];

  const { status, body } = await put(['config-0', b, a]);

  assert.equal(status, 200);
  assert.deepEqual(
    body.items.toSorted((x, y) => Number(x['order'] ?? 0) - Number(y['order'] ?? 0)).map(({ id }) => id),
    ['config-0', b, a],
  );
  assert.deepEqual(body.items, (await api.get<Listed<Document>>('routes')).items);
  const { items: audit } = await api.get<Listed<{ object: string; field: string }>>('audit?limit=2');
  assert.ok(audit.some(({ object, field }) => object === `route/${a}` && field === 'order'));
  problemOf(await put([a, b]), 409, 'version-conflict');
  problemOf(await put(['config-0', b, 'gone']), 409, 'version-conflict');
  problemOf(await put(['config-0', b, b]), 422, 'bad-request');
  for (const id of [a, b]) assert.equal((await api.ask('DELETE', `routes/${id}`, undefined, HAN)).status, 204);
});

const REFUSED: readonly [string, string, object, string][] = [
  ['a route without receivers', 'routes', { matchers: {} }, 'receivers'],
  ['a field nobody knows', 'routes', { receivers: ['a'], colour: 'red' }, ''],
  [
    'an escalation that goes back in time',
    'routes',
    {
      receivers: ['a'],
      escalation: [
        { after: '5m', receivers: ['b'] },
        { after: '1m', receivers: ['c'] },
      ],
    },
    'escalation',
  ],
  ['an inhibition of everything', 'inhibitions', { equal: ['job'] }, 'source_matchers'],
  [
    'a rota in no zone',
    'rotas',
    { name: 'x', zone: 'Mars', layers: [{ members: ['a'], start: '2026-11-02' }] },
    'zone',
  ],
  ['a silence of everything', 'silences', { matchers: {}, ends_at: NOW }, 'matchers'],
  ['a time that is none', 'silences', { matchers: { a: 'b' }, ends_at: 'soon' }, 'ends_at'],
];
for (const [sentence, path, document, at] of REFUSED) {
  test(`refused with its place: ${sentence}`, async () => {
    const { errors } = problemOf(await post(path, document), 422, 'bad-request');
    assert.equal(errors?.[0]?.path, at);
  });
}

test('what comes from the configuration is listed first and changed there', async () => {
  const [first] = (await api.get<Listed<Document>>('routes')).items;
  assert.deepEqual([first?.managed, first?.['matchers']], [true, { team: 'file' }]);
  problemOf(await api.ask('DELETE', `routes/${first?.id}`), 409, 'managed-by-file');
  problemOf(await api.ask('DELETE', 'silences/config-0'), 409, 'managed-by-file');
  problemOf(await post('receivers', { name: 'ops', channels: ['x'] }), 409, 'name-taken');
});

test('who is on call is answered by id and by name, now and at an instant', async () => {
  const layers = [{ members: ['li', 'wang'], start: '2026-11-02', handover: { day: 1, time: '09:00' } }];
  const { body } = await post('rotas', { name: 'oncall', zone: 'Asia/Shanghai', layers });
  const now = await api.get<{ members: string[] }>(`rotas/${body.id}/on-call`);
  const later = await api.get<{ members: string[]; from: number }>('rotas/oncall/on-call?at=2026-11-23T01:00:00Z');

  assert.deepEqual([now.members, later.members], [['li'], ['wang']]);
  assert.equal(later.from, Date.parse('2026-11-23T01:00:00Z'));
});

describe('silences', () => {
  test('times come back in ms, the maker is who asked, and alerts say what silences them', async () => {
    const { body } = await post('silences', {
      matchers: { job: 'etl' },
      ends_at: '2026-11-20T09:00:00Z',
      comment: 'upgrade',
    });
    assert.deepEqual(
      [body['created_by'], body['ends_at'], body['starts_at'], body['state']],
      ['han', Date.parse('2026-11-20T09:00:00Z'), api.clock.now(), 'active'],
    );
    assert.deepEqual((await alertOf('etl')).silenced_by, [body.id]);
    assert.equal((await alertOf('sink')).silenced_by, undefined);

    assert.equal((await api.ask('DELETE', `silences/${body.id}`, undefined, HAN)).status, 204);
    const ended = await api.get<Document>(`silences/${body.id}`);
    assert.deepEqual([ended['state'], ended['ends_at']], ['expired', api.clock.now()]);
    assert.equal((await alertOf('etl')).silenced_by, undefined);
  });

  test('one that has not begun is gone when it is deleted', async () => {
    const { body } = await post('silences', {
      matchers: { job: 'etl' },
      starts_at: NOW + 60 * MINUTE,
      ends_at: NOW + 90 * MINUTE,
    });
    assert.equal(body['state'], 'pending');
    await api.ask('DELETE', `silences/${body.id}`);
    problemOf(await api.ask('GET', `silences/${body.id}`), 404, 'not-found');
  });

  test('a recurring one holds by the clock of its zone', async () => {
    const calendar = { zone: 'Asia/Shanghai', from: '16:00', to: '17:00', days: [5] };
    const { body } = await post('silences', { matchers: { job: 'etl' }, calendar, purpose: 'Kafka upgrade' });
    assert.equal(body['state'], 'active', '2026-11-20 is a Friday, and it is past 16:00 in Shanghai');
    await api.ask('DELETE', `silences/${body.id}`);
  });

  test('a preview tells the alerts it matches and the notifications of the last week it would have hushed', async () => {
    const row = (n: number, at: number, jobs: readonly string[], status: 'delivered' | 'suppressed') => {
      const message = { ...testMessage('mail', 'http://localhost', at), at };
      const refs = jobs.map(job => ({ key: job, episode: `${job}${n}`, status: 'firing' as const, labels: { job } }));
      const made = newRow({
        id: outboxId('mail', 'g', `${n}`, 'firing', n),
        channel: 'mail',
        at,
        kind: 'firing',
        message,
        alerts: refs,
      });
      return { ...made, status };
    };
    const day = 24 * 60 * MINUTE;
    await api.state.commitFlush('preview', null, {
      state: null,
      consumedIntents: [],
      outbox: [
        row(1, NOW - day, ['etl'], 'delivered'),
        row(2, NOW - 2 * day, ['etl', 'sink'], 'delivered'),
        row(3, NOW - 3 * day, ['sink'], 'delivered'),
        row(4, NOW - day, ['etl'], 'suppressed'),
        row(5, NOW - 8 * day, ['etl'], 'delivered'),
        row(6, NOW - day + 12 * 60 * MINUTE, ['etl'], 'delivered'),
      ],
    });
    const seen = await post<{ alerts: Alert[] }>('silences/preview', { matchers: { job: 'etl' } });
    const { alerts: now, ...past } = seen.body;
    assert.deepEqual(
      now.map(({ labels }) => labels['job']),
      ['etl'],
    );
    assert.deepEqual(past, { notifications: 2, shortened: 1, partial: false });

    const calendar = { zone: 'UTC', from: '07:30', to: '08:30' };
    const byDay = await post<{ notifications: number }>('silences/preview', { matchers: { job: 'etl' }, calendar });
    assert.equal(byDay.body.notifications, 1, 'only what was told within the hour');
  });
});

test('alerts say what inhibits them', async () => {
  const { body } = await post('inhibitions', {
    source_matchers: { job: 'etl' },
    target_matchers: { job: 'sink' },
    equal: ['team'],
  });
  const [source, target] = [await alertOf('etl'), await alertOf('sink')];
  await api.ask('DELETE', `inhibitions/${body.id}`);

  assert.deepEqual(target.inhibited_by, { inhibition: body.id, source: source.id });
  assert.equal(source.inhibited_by, undefined);
});

describe('acknowledgement', () => {
  test('is taken, shown, and taken back', async () => {
    const { id } = await alertOf('etl');
    const taken = await post<{ acked: { by: string; at: number; until: number } }>(`alerts/${id}/ack`, {
      by: 'wang',
      ttl: '1h',
    });
    assert.deepEqual(taken.body.acked, { by: 'wang', at: api.clock.now(), until: api.clock.now() + 60 * MINUTE });
    assert.deepEqual((await alertOf('etl')).acked, taken.body.acked);
    assert.equal((await alertOf('sink')).acked, undefined);

    assert.equal((await api.ask('DELETE', `alerts/${id}/ack`, undefined, HAN)).status, 204);
    assert.equal((await alertOf('etl')).acked, undefined);
  });

  test('holds four hours, or as long as the route of the alert says', async () => {
    const { id } = await alertOf('etl');
    const untilOf = async (): Promise<number> =>
      (await post<{ acked: { until: number } }>(`alerts/${id}/ack`, { by: 'wang' })).body.acked.until - api.clock.now();
    assert.equal(await untilOf(), 240 * MINUTE);
    const { body } = await post('routes', { matchers: { team: 'dw' }, receivers: ['ops'], ack_ttl: '30m' });
    assert.equal(await untilOf(), 30 * MINUTE);
    await api.ask('DELETE', `routes/${body.id}`);
    await api.ask('DELETE', `alerts/${id}/ack`);
  });

  test('an alert that does not fire cannot be taken on', async () => {
    problemOf(await post('alerts/nobody/ack', { by: 'wang' }), 404, 'not-found');
  });

  test('a link shows a page and changes nothing; sending the form acts', async () => {
    const { id } = await alertOf('etl');
    const link = linkOf(api, id);
    const page = await api.ask('GET', link);
    assert.match(String(page.headers['content-type']), /^text\/html/);
    assert.match(page.text, /<form method="post">/);
    assert.equal((await alertOf('etl')).acked, undefined, 'a scanner that follows links acknowledges nothing');

    const sent = await api.ask('POST', link, 'by=%E7%8E%8B&other=1', {
      'content-type': 'application/x-www-form-urlencoded',
    });
    assert.equal(sent.status, 200);
    assert.equal((await alertOf('etl')).acked?.by, '王');
    const bare = await api.ask<{ acked: { by: string } }>('POST', link, undefined, { accept: 'application/json' });
    assert.equal(bare.body.acked.by, 'link (mail)');
    await api.ask('DELETE', `alerts/${id}/ack`);
  });

  test('the page escapes what an alert says', async () => {
    const { ackPage } = await import('../../../web/api/routes/ack-page.ts');
    const page = ackPage({ alert: '<img src=x onerror=1>', acked: null, by: '"><b>', done: false });
    assert.doesNotMatch(page, /<img|"><b>/);
  });

  const FORGED: readonly [string, (link: string) => string][] = [
    ['a changed signature', link => `${link.slice(0, -2)}${link.endsWith('AA') ? 'BB' : 'AA'}`],
    ['another alert', link => link.replace(/alert=[^&]+/, 'alert=other')],
    ['a later expiry', link => link.replace(/expires=(\d)/, 'expires=9$1')],
    ['no signature', link => link.replace(/&sig=.*/, '')],
    ['nothing at all', () => '/api/v1/ack'],
  ];
  for (const [sentence, forge] of FORGED) {
    test(`a forged link is refused on both ways: ${sentence}`, async () => {
      const link = forge(linkOf(api, (await alertOf('etl')).id));
      problemOf(await api.ask('GET', link), 403, 'forbidden');
      problemOf(await api.ask('POST', link), 403, 'forbidden');
      assert.equal((await alertOf('etl')).acked, undefined);
    });
  }

  test('an expired link is refused', async () => {
    const link = linkOf(api, (await alertOf('etl')).id, api.clock.now());
    problemOf(await api.ask('POST', link), 403, 'forbidden');
  });

  test('the link of an alert that is over says so, and acts on nothing', async () => {
    const link = linkOf(api, 'gone-1');
    assert.match((await api.ask('GET', link)).text, /This alert is over/);
    problemOf(await api.ask('POST', link), 404, 'not-found');
  });

  test('another site cannot send the form, and a login does not stand in the way of a signed link', async () => {
    const guarded = await openApi({ security: { auth: { username: 'admin', password: new Secret('pass') } } });
    try {
      const link = linkOf(guarded, 'gone-1');
      assert.equal((await guarded.ask('GET', link)).status, 200);
      problemOf(await guarded.ask('GET', 'alerts'), 401, 'unauthorized');
      problemOf(await guarded.ask('POST', link, undefined, { origin: 'http://evil.example' }), 403, 'forbidden');
    } finally {
      await guarded.close();
    }
  });
});

test('deliveries are listed by alert', async () => {
  const { items } = await api.get<Listed<{ alerts: { labels: Record<string, string> }[] }>>('deliveries?alert=etl2');
  assert.deepEqual(
    items.map(item => item.alerts.map(({ labels }) => labels['job'])),
    [['etl', 'sink']],
  );
});

test('where nothing is evaluated, documents are not to be had', async () => {
  const standby = await openApi({ evaluating: false });
  try {
    problemOf(await standby.ask('GET', 'silences'), 503, 'standby');
    problemOf(await standby.ask('POST', 'routes', { receivers: ['a'] }), 503, 'standby');
  } finally {
    await standby.close();
  }
});

function linkOf(of: Api, alert: string, expires = of.clock.now() + SECOND): string {
  return of.evaluation
    .get()
    .notification.ackLinks.url({ alert, channel: 'mail', expires })
    .replace('http://localhost', '');
}
