import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { after, before, test } from 'node:test';
import { type Api, openApi, problemOf } from './fixture.ts';

let api: Api;
before(async () => {
  api = await openApi();
});
after(() => api?.close());

test('an address that cannot be decoded is a problem like any other', async () => {
  const { statusCode, headers, payload } = await api.server.inject('/api/v1/rules/%E0%A4%A');

  assert.equal(statusCode, 400);
  assert.match(String(headers['content-type']), /^application\/problem\+json/);
  assert.equal((JSON.parse(payload) as { code: string }).code, 'bad-request');
});

test('a body that is no JSON is an input error with a complaint', async () => {
  const { statusCode, payload } = await api.server.inject({
    method: 'POST',
    url: '/api/v1/rules',
    headers: { 'content-type': 'application/json' },
    payload: '{bad',
  });

  assert.equal(statusCode, 400);
  assert.match((JSON.parse(payload) as { errors: { message: string }[] }).errors[0]?.message ?? '', /not valid JSON/);
});

test('who sends too large a body gets the answer, not a broken pipe: the rest is read and dropped', {
  timeout: 20_000,
}, async t => {
  await api.server.listen({ host: '127.0.0.1', port: 0 });
  const socket = connect((api.server.server.address() as AddressInfo).port, '127.0.0.1').setEncoding('utf8');
  t.after(() => socket.destroy());
  const answer = async (until: string): Promise<string> => {
    let text = '';
    while (!text.includes(until)) text += ((await once(socket, 'data')) as [string])[0];
    return text;
  };
  const body = Buffer.alloc(16 * 1024 * 1024, ' ');

  socket.write(
    `POST /api/v1/rules HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`,
  );
  const refused = await answer('too-large');
  const sent = new Promise<void>((resolve, reject) => socket.write(body, error => (error ? reject(error) : resolve())));
  await sent;
  socket.write('GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');

  assert.match(refused, /^HTTP\/1\.1 413 /);
  assert.match(await answer('"ok"'), /^HTTP\/1\.1 200 /);
});

for (const path of ['logs/search', 'deliveries', 'audit', 'lineage/orphans', 'lineage/cycles']) {
  test(`${path}: a cursor this server never gave out is refused like any field`, async () => {
    problemOf(await api.ask('GET', `${path}?cursor=zzz`), 422, 'bad-cursor');
  });
}

for (const at of ['-8640000000000000', '9007199254740991', '1e12', '2026-13-01T00:00:00Z']) {
  test(`${at} is no time`, async () => {
    problemOf(await api.ask('GET', `rules/next?cron=0+0+1+1+*&from=${at}`), 422, 'bad-request');
  });
}
