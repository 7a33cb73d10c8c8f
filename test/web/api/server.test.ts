import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Secret } from '../../../model/secret.ts';
import { type Api, openApi, problemOf } from './fixture.ts';

let api: Api;
let guarded: Api;

before(async () => {
  api = await openApi({ security: { publicUrl: 'https://watch.example.com' } });
  guarded = await openApi({ security: { auth: { username: 'admin', password: new Secret('pa:ss wörd') } } });
});
after(async () => {
  await api.close();
  await guarded.close();
});

interface OpenApi {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components?: object;
}
interface Operation {
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly schema: object;
  }[];
  readonly requestBody?: { readonly content: object };
  readonly responses: Readonly<Record<string, { readonly description: string }>>;
}

const crud = (path: string): string[] => [
  `GET /${path}`,
  `POST /${path}`,
  `GET /${path}/{id}`,
  `PUT /${path}/{id}`,
  `DELETE /${path}/{id}`,
];
const ROUTES = [
  'GET /alerts',
  'GET /alerts/{id}',
  'POST /alerts/{id}/ack',
  'DELETE /alerts/{id}/ack',
  'GET /ack',
  'POST /ack',
  ...crud('inhibitions'),
  ...crud('receivers'),
  ...crud('rotas'),
  ...crud('routes'),
  ...crud('silences'),
  'GET /rotas/{id}/on-call',
  'GET /rotas/{id}/schedule',
  'POST /rotas/preview',
  'POST /routes/preview',
  'PUT /routes/order',
  'POST /silences/preview',
  'GET /audit',
  'GET /channels',
  'POST /channels',
  'GET /channels/{id}',
  'PUT /channels/{id}',
  'DELETE /channels/{id}',
  'POST /channels/{id}/test',
  'GET /deliveries',
  'GET /freshness',
  'GET /freshness/{name}',
  'GET /freshness/{name}/history',
  'GET /readiness',
  'GET /badge/{name}',
  'POST /ingest/{stream}',
  'GET /jobs',
  'GET /jobs/{name}',
  'GET /jobs/{name}/diagnosis',
  'GET /jobs/{name}/versions',
  'GET /lineage/columns',
  'GET /lineage/cycles',
  'GET /lineage/diff',
  'GET /lineage/graph',
  'GET /lineage/impact',
  'GET /lineage/orphans',
  'GET /lineage/path',
  'POST /lineage',
  'POST /lineage/check',
  'POST /lineage/parse',
  'GET /logs/around',
  'GET /logs/export',
  'GET /logs/facets',
  'GET /logs/histogram',
  'GET /logs/search',
  'GET /logs/tail',
  'GET /metrics/catalog',
  'GET /metrics/labels',
  'GET /metrics/query',
  'POST /metrics/query',
  'GET /overview',
  'GET /rules',
  'POST /rules',
  'GET /rules/next',
  'GET /rules/generated',
  'PUT /rules/generated',
  'GET /rules/opted-out',
  'POST /rules/preview',
  'GET /rules/{id}/explain',
  'GET /rules/{id}/versions',
  'POST /rules/{id}/rollback',
  'POST /rules/{id}/restore',
  'POST /rules/import',
  'POST /rules/replay',
  'GET /rules/{id}',
  'PUT /rules/{id}',
  'DELETE /rules/{id}',
  'GET /rules/{id}/history',
  'GET /status',
];
const DAEMON_ROUTES = ['GET /healthz', 'GET /metrics', 'GET /readyz'];

test('the OpenAPI document lists every route with its parameters and answers', async () => {
  const document = await api.get<OpenApi>('openapi.json');

  assert.match(document.openapi, /^3\.1\.\d+$/);
  assert.deepEqual(document.info.title, 'tidewatch');
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  assert.deepEqual(
    operations.map(o => `${o.method} ${o.path.replace('/api/v1', '')}`).sort(),
    [...ROUTES, ...DAEMON_ROUTES].sort(),
  );
  for (const { path, method, operation } of operations) {
    const at = `${method} ${path}`;
    assert.notEqual(operation.summary ?? '', '', at);
    assert.ok(Object.keys(operation.responses).length > 0, at);
    for (const { description } of Object.values(operation.responses)) assert.equal(typeof description, 'string', at);
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(m => m[1]);
    const declared = (operation.parameters ?? []).filter(p => p.in === 'path');
    assert.deepEqual(
      declared.map(p => p.name),
      inPath,
      at,
    );
    for (const parameter of operation.parameters ?? []) {
      assert.equal(typeof parameter.schema, 'object', at);
      if (parameter.in === 'path') assert.equal(parameter.required, true, at);
    }
    if (method === 'POST' || method === 'PUT') {
      const hasBody = operation.requestBody !== undefined;
      assert.equal(hasBody, !/\/(?:test|restore)$/.test(path), `${at} says what it takes`);
    }
  }
});

test('every reference of the OpenAPI document leads somewhere', async () => {
  const { text } = await api.ask('GET', 'openapi.json');
  const document: unknown = JSON.parse(text);

  for (const [, reference] of text.matchAll(/"\$ref":"([^"]+)"/g)) {
    const target = (reference ?? '')
      .replace(/^#\//, '')
      .split('/')
      .reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], document);
    assert.notEqual(target, undefined, reference);
  }
});

test('every GET refuses a query field it does not know', async () => {
  for (const path of ROUTES.filter(r => r.startsWith('GET ')).map(r => r.slice(5))) {
    const url = path.replace(/\{\w+\}/, 'x');
    problemOf(await api.ask('GET', `${url}${url.includes('?') ? '&' : '?'}zzz=1`), 422, 'bad-request');
  }
});

const PROBLEMS: readonly (readonly [sentence: string, ask: Parameters<Api['ask']>, status: number, code: string])[] = [
  ['an address that does not exist', ['GET', 'nothing/here'], 404, 'not-found'],
  ['a method an address does not have', ['DELETE', 'logs/search'], 404, 'not-found'],
  [
    'a body that is not JSON',
    ['POST', 'metrics/query', '{', { 'content-type': 'application/json' }],
    400,
    'bad-request',
  ],
  ['an empty body', ['POST', 'metrics/query', '', { 'content-type': 'application/json' }], 400, 'bad-request'],
  ['no body', ['POST', 'metrics/query'], 422, 'bad-request'],
  ['a body of another type', ['POST', 'metrics/query', 'a=1', { 'content-type': 'text/csv' }], 415, 'bad-request'],
  ['a body over the limit', ['POST', 'metrics/query', { metric: 'x'.repeat(5_000_000), op: 'MAX' }], 413, 'too-large'],
  ['a file that is not there', ['GET', '/assets/nope.js'], 404, 'not-found'],
];
for (const [sentence, ask, status, code] of PROBLEMS) {
  test(`${sentence} is answered with a problem`, async () => void problemOf(await api.ask(...ask), status, code));
}

test('what evaluation answers is 503 where another daemon holds the lease; the rest goes on', async () => {
  const standby = await openApi({ evaluating: false });

  for (const url of ['rules', 'channels', 'freshness', 'overview']) {
    const answer = await standby.ask('GET', url);
    problemOf(answer, 503, 'standby');
    assert.ok(Number(answer.headers['retry-after']) >= 1);
  }
  assert.deepEqual(await standby.get('alerts'), { items: [], next: null });
  assert.equal((await standby.ask('GET', 'logs/search')).status, 200);
  await standby.close();
});

test('/healthz, /readyz and /metrics answer', async () => {
  assert.deepEqual((await api.ask('GET', '/healthz')).body, { ok: true });
  const ready = await api.ask<{ ready: boolean; checks: { name: string; ok: boolean }[] }>('GET', '/readyz');
  const metrics = await api.ask('GET', '/metrics');

  assert.equal(ready.status, 200, ready.text);
  assert.deepEqual(
    ready.body.checks.map(c => c.name),
    ['store:state', 'store:logs', 'store:metrics', 'evaluate'],
  );
  assert.match(String(metrics.headers['content-type']), /^text\/plain/);
  assert.match(metrics.text, /^tidewatch_http_requests_total\{route="\/readyz",status="200"\} 1$/m);
});

test('a store that is not open makes /readyz 503 and says which', async () => {
  const open = api.data.peek();
  api.data.set(null);
  const ready = await api.ask<{ ready: boolean; checks: { name: string; ok: boolean }[] }>('GET', '/readyz');
  const search = await api.ask('GET', 'logs/search');
  api.data.set(open);

  assert.equal(ready.status, 503);
  assert.deepEqual(
    ready.body.checks.filter(c => !c.ok).map(c => c.name),
    ['store:logs', 'store:metrics'],
  );
  problemOf(search, 503, 'standby');
});

const FOREIGN: readonly (readonly [sentence: string, headers: Record<string, string>, status: number])[] = [
  ['a foreign Host, as by DNS rebinding', { host: 'evil.example.com' }, 403],
  ['a foreign Origin', { origin: 'https://evil.example.com' }, 403],
  ['the Origin "null"', { origin: 'null' }, 403],
  ['the Origin of another port', { host: 'localhost:8686', origin: 'http://localhost:9999' }, 403],
  ['its own Origin', { host: 'localhost:8686', origin: 'http://localhost:8686' }, 200],
  ['the public address', { host: 'watch.example.com', origin: 'https://watch.example.com' }, 200],
  ['an IPv6 loopback address', { host: '[::1]:8686' }, 200],
];
for (const [sentence, headers, status] of FOREIGN) {
  test(`a change from ${sentence} is answered ${status}`, async () => {
    const answer = await api.ask('POST', 'ingest/logs', '', headers);

    assert.equal(answer.status, status, answer.text);
    if (status === 403) problemOf(answer, 403, 'forbidden');
  });
}

test('health probes come from anywhere; other pages do not', async () => {
  assert.equal((await api.ask('GET', '/healthz', undefined, { host: '10.1.2.3' })).status, 200);
  problemOf(await api.ask('GET', '/', undefined, { host: '10.1.2.3' }), 403, 'forbidden');
  problemOf(await api.ask('GET', '/metrics', undefined, { host: '10.1.2.3' }), 403, 'forbidden');
});

const basic = (text: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(text).toString('base64')}`,
});
const LOGINS: readonly (readonly [sentence: string, headers: Record<string, string>, status: number])[] = [
  ['no credentials', {}, 401],
  ['the wrong password', basic('admin:no'), 401],
  ['another user', basic('root:pa:ss wörd'), 401],
  ['a scheme that is not Basic', { authorization: 'Bearer x' }, 401],
  ['the right ones', basic('admin:pa:ss wörd'), 200],
];
for (const [sentence, headers, status] of LOGINS) {
  test(`with a login set, ${sentence} is answered ${status}`, async () => {
    const answer = await guarded.ask('GET', 'rules', undefined, headers);

    assert.equal(answer.status, status);
    if (status !== 401) return;
    problemOf(answer, 401, 'unauthorized');
    assert.match(String(answer.headers['www-authenticate']), /^Basic realm=/);
  });
}

test('with a login set, the page and /metrics are closed too, probes are open', async () => {
  assert.equal((await guarded.ask('GET', '/')).status, 401);
  assert.equal((await guarded.ask('GET', '/metrics')).status, 401);
  assert.equal((await guarded.ask('GET', '/readyz')).status, 200);
});

test('the login names who made a change', async () => {
  const rule = { name: 'r', schedule: '* * * * *', metrics: [{ metric: 'm' }], condition: '{0} > 1' };
  const headers = { ...basic('admin:pa:ss wörd'), 'x-tidewatch-user': 'someone else' };

  assert.equal((await guarded.ask('POST', 'rules', rule, headers)).status, 201);
  const audit = await guarded.ask<{ items: { who: string }[] }>('GET', 'audit', undefined, headers);

  assert.equal(audit.body.items[0]?.who, 'admin');
});

test('every answer forbids foreign scripts, frames and sniffing', async () => {
  for (const url of ['/', '/api/v1/status', '/api/v1/nothing']) {
    const { headers } = await api.ask('GET', url);

    const policy = String(headers['content-security-policy']);
    assert.match(policy, /default-src 'self'/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.doesNotMatch(policy, /script-src[^;]*unsafe/);
    assert.equal(headers['x-content-type-options'], 'nosniff');
  }
});

test('the page is served for every screen’s address, never for an API address or a file', async () => {
  const accept = { accept: 'text/html,application/xhtml+xml' };
  for (const url of ['/', '/logs', '/jobs/dwd_order.detail_etl', '/jobs/dw.sdk_log']) {
    const answer = await api.ask('GET', url, undefined, accept);

    assert.match(answer.text, /<title>tidewatch/, url);
    assert.equal(answer.headers['cache-control'], 'no-cache');
  }
  problemOf(await api.ask('GET', '/api/v2/rules', undefined, accept), 404, 'not-found');
  problemOf(await api.ask('GET', '/assets/gone.js', undefined, { accept: '*/*' }), 404, 'not-found');
});

test('pages that link no icon find one', async () => {
  const { status, headers } = await api.ask('GET', '/favicon.ico');

  assert.deepEqual([status, headers['location']], [301, '/favicon.svg']);
  const icon = await api.ask('GET', '/favicon.svg');
  assert.equal(icon.status, 200);
  assert.match(icon.headers['content-type'] ?? '', /^image\/svg\+xml/);
});

test('long answers are compressed for those who take it', async () => {
  const answer = await api.ask('GET', 'metrics/catalog', undefined, { 'accept-encoding': 'gzip' });

  assert.equal(answer.headers['content-encoding'], 'gzip');
});

test('the inbox is there only in the demo', async () => {
  const message = { id: '1', kind: 'email', at: 1, to: 'a', subject: 's', text: 't' };
  const demo = await openApi({ inbox: () => [message] });

  assert.deepEqual(await demo.get('inbox'), { items: [message], next: null });
  problemOf(await api.ask('GET', 'inbox'), 404, 'not-found');
  await demo.close();
});

test('an unexpected error is a 500 without its words', async () => {
  const open = api.data.get();
  const broken = new Proxy(open.logs, {
    get: (logs, name) =>
      name === 'search' ? () => Promise.reject(new Error('secret detail')) : Reflect.get(logs, name),
  });
  api.data.set({ ...open, logs: broken });

  const answer = await api.ask('GET', 'logs/search');
  api.data.set(open);

  problemOf(answer, 500, 'internal');
  assert.doesNotMatch(answer.text, /secret detail/);
});
