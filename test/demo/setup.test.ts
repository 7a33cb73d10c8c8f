import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { compileRule } from '../../alerting/evaluate/rule.ts';
import { INHIBITIONS, ROTAS, ROUTES, SILENCES } from '../../alerting/notify/alert-documents.ts';
import { parseChannel } from '../../alerting/notify/channel-document.ts';
import { type OnCall, onCall } from '../../alerting/notify/rota.ts';
import { demoAlerting } from '../../demo/alerting.ts';
import { demoChannels } from '../../demo/channels.ts';
import type { Inbox } from '../../demo/inbox.ts';
import { demoRules } from '../../demo/rules.ts';
import { setUp } from '../../demo/setup.ts';
import { reporters } from '../../reporters/index.ts';

const inbox: Inbox = {
  smtpPort: 2525,
  robotsUrl: 'http://127.0.0.1:9',
  items: () => [],
  close: async () => {},
};
const documents = (path: string) => demoAlerting.find(entry => entry.path === path)?.documents ?? [];

/** A daemon that keeps what is posted below /api/v1. */
const kept = new Map<string, Record<string, unknown>[]>();
let calls: string[] = [];
let daemon: Server;
let url: string;
before(async () => {
  daemon = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const [, , , path = '', id] = (request.url ?? '').split('/');
    const items = kept.get(path) ?? [];
    kept.set(path, items);
    if (request.method !== 'GET') {
      calls.push(`${request.method} ${path}`);
      const document = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>;
      if (request.method === 'POST') items.push({ ...document, id: `${items.length}` });
      else Object.assign(items[Number(id)] ?? {}, document);
    }
    response.end(JSON.stringify({ items }));
  });
  await new Promise<void>(resolve => daemon.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(daemon.address() as AddressInfo).port}`;
});
after(() => new Promise(resolve => daemon.close(resolve)));

test('every document is one the daemon takes', () => {
  const schemas = { rotas: ROTAS, routes: ROUTES, inhibitions: INHIBITIONS, silences: SILENCES };
  for (const document of demoChannels(inbox)) assert.ok(parseChannel(document, reporters).name);
  for (const document of demoRules()) assert.ok(compileRule('demo', document));
  for (const { path, key, documents } of demoAlerting) {
    const kind = Object.entries(schemas).find(([name]) => name === path)?.[1];
    assert.ok(kind, path);
    for (const document of documents) kind.schema.parse(document);
    assert.equal(new Set(documents.map(document => document[key])).size, documents.length, `${path} differ in ${key}`);
  }
});

test('everybody a route or the rota names can be reached', () => {
  const known = new Set([...demoChannels(inbox), ...documents('rotas')].map(({ name }) => name));
  const routes = documents('routes').map(document => ROUTES.schema.parse(document));
  const rotas = documents('rotas').map(document => ROTAS.schema.parse(document));
  const named = [
    ...routes.flatMap(({ receivers, escalation }) => [...receivers, ...escalation.flatMap(level => level.receivers)]),
    ...rotas.flatMap(({ layers }) => layers.flatMap(({ members }) => members)),
  ];

  assert.ok(named.length > 4);
  assert.deepEqual(
    named.filter(name => !known.has(name)),
    [],
  );
});

test('the two on the rota take turns, a week each', () => {
  const [rota] = documents('rotas').map(document => ROTAS.schema.parse(document));
  assert.ok(rota);
  const WEEK_MS = 7 * 86_400_000;
  const turns: OnCall[] = [0, 1, 2].map(n => onCall(rota, 1_800_000_000_000 + n * WEEK_MS));

  assert.deepEqual(new Set(turns.map(({ members }) => members[0])), new Set(['li.na', 'wang.wei']));
  assert.deepEqual(turns[0]?.members, turns[2]?.members);
});

test('a daemon that was set up before gets the new addresses of the channels and nothing twice', async () => {
  const signal = AbortSignal.timeout(10_000);
  await setUp(url, inbox, signal);
  const first = new Map([...kept].map(([path, items]) => [path, items.length]));
  calls = [];
  await setUp(url, { ...inbox, smtpPort: 2626 }, signal);

  assert.deepEqual([...first.keys()].sort(), ['channels', 'inhibitions', 'rotas', 'routes', 'rules', 'silences']);
  assert.deepEqual(new Map([...kept].map(([path, items]) => [path, items.length])), first);
  assert.deepEqual(new Set(calls), new Set(['PUT channels']));
  assert.equal(kept.get('channels')?.[0]?.['port'], 2626);
});
