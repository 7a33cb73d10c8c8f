import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { isAnswer, postJson } from '../../reporters/http.ts';
import { PRIVATE_ADDRESSES } from '../../reporters/private-addresses.ts';
import { EVERYWHERE } from '../../reporters/reach.ts';

let server: Server;
let port = 0;
let requests = 0;

before(async () => {
  server = createServer((_, response) => {
    requests++;
    response.end('x'.repeat(1_000_000));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
after(() => void server.close().closeAllConnections());

function post(url: string, allowPrivate: boolean) {
  return postJson(
    { url, body: '{}', reach: allowPrivate ? EVERYWHERE : EVERYWHERE.strict, now: 0 },
    AbortSignal.timeout(5_000),
  );
}

for (const host of [
  '127.0.0.1',
  'localhost',
  '[::1]',
  '[::ffff:127.0.0.1]',
  '10.1.2.3',
  '172.31.0.1',
  '192.168.0.1',
  '169.254.169.254',
  '100.64.0.1',
  '0.0.0.0',
  '2130706433',
  '[fd00::1]',
  '[fe80::1]',
  '[::ffff:10.0.0.1]',
  '[::ffff:a9fe:a9fe]',
  '[::7f00:1]',
  '[64:ff9b::a00:1]',
  '[2002:a00:1::]',
  '[2001:0:a00:1::]',
  '0x7f.1',
  '017700000001',
  '224.0.0.1',
]) {
  test(`${host} is refused where private addresses are not allowed`, async () => {
    const result = await post(`http://${host}:${port}/`, false);

    assert.deepEqual([Reflect.get(result, 'kind'), Reflect.get(result, 'class')], ['permanent', 'blocked']);
    assert.equal(requests, 0, 'no request left');
  });
}

test('an encrypted connection is guarded like a plain one', async () => {
  const result = await post('https://127.0.0.1:9/', false);

  assert.equal(Reflect.get(result, 'class'), 'blocked');
});

for (const address of [
  '8.8.8.8',
  '1.1.1.1',
  '::ffff:8.8.8.8',
  '2606:4700:4700::1111',
  '172.15.0.1',
  '172.32.0.1',
  '100.128.0.1',
]) {
  test(`${address} is public`, () => {
    assert.equal(PRIVATE_ADDRESSES.check(address, address.includes(':') ? 'ipv6' : 'ipv4'), false);
  });
}

test('an answer that never ends is a timeout, also after it has begun', async () => {
  let begun = (): void => {};
  const started = new Promise<void>(resolve => {
    begun = resolve;
  });
  const endless = createServer((_, response) => {
    response.write('{"errcode":');
    begun();
  });
  await new Promise<void>(resolve => endless.listen(0, '127.0.0.1', resolve));
  const abort = new AbortController();
  const url = `http://127.0.0.1:${(endless.address() as AddressInfo).port}/`;

  const answer = postJson({ url, body: '{}', reach: EVERYWHERE, now: 0 }, abort.signal);
  await started;
  abort.abort(new Error('time is up'));

  assert.equal(Reflect.get(await answer, 'class'), 'timeout');
  endless.close();
  endless.closeAllConnections();
});

test('a connection that breaks in the middle of the answer is a network failure', async () => {
  const broken = createServer((_, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('{"errcode":0');
    setImmediate(() => response.destroy());
  });
  await new Promise<void>(resolve => broken.listen(0, '127.0.0.1', resolve));

  const result = await post(`http://127.0.0.1:${(broken.address() as AddressInfo).port}/`, true);

  assert.equal(Reflect.get(result, 'class'), 'network');
  broken.close();
});

test('a date in Retry-After counts from the present', async () => {
  const dated = createServer((_, response) => {
    response.writeHead(429, { 'retry-after': 'Thu, 01 Jan 1970 00:01:30 GMT' }).end();
  });
  await new Promise<void>(resolve => dated.listen(0, '127.0.0.1', resolve));

  const result = await post(`http://127.0.0.1:${(dated.address() as AddressInfo).port}/`, true);

  assert.equal(Reflect.get(result, 'retryAfterMs'), 90_000);
  dated.close();
});

test('an answer is read up to a bound', async () => {
  const result = await post(`http://127.0.0.1:${port}/`, true);

  assert.ok(isAnswer(result));
  assert.equal(result.body.length, 65_536);
});

test('the error of a failed request does not quote the address', async () => {
  const result = await post('http://127.0.0.1:9/robot?access_token=tok-123', true);

  assert.equal(Reflect.get(result, 'class'), 'network');
  assert.doesNotMatch(JSON.stringify(result), /tok-123/);
});
