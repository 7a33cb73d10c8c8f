/** Sets up alerting as a platform team would, over the public API. */
import { demoAlerting } from './alerting.ts';
import { demoChannels } from './channels.ts';
import type { Inbox } from './inbox.ts';
import { demoRules } from './rules.ts';

type Document = Readonly<Record<string, unknown>>;

/** Creates what a daemon that ran before does not have yet; the inbox's ports are new each time. */
export async function setUp(baseUrl: string, inbox: Inbox, signal: AbortSignal): Promise<void> {
  const api = `${baseUrl}/api/v1`;
  const known = await items(`${api}/channels`, signal);
  for (const document of demoChannels(inbox)) {
    const id = known.find(({ name }) => name === document['name'])?.['id'];
    if (id === undefined) await send('POST', `${api}/channels`, document, signal);
    else await send('PUT', `${api}/channels/${String(id)}`, document, signal);
  }
  for (const { path, key, documents } of demoAlerting) await createMissing(`${api}/${path}`, key, documents, signal);
  await createMissing(`${api}/rules`, 'name', demoRules(), signal);
}

async function createMissing(url: string, key: string, documents: readonly Document[], signal: AbortSignal) {
  const known = new Set((await items(url, signal)).map(item => item[key]));
  for (const document of documents) if (!known.has(document[key])) await send('POST', url, document, signal);
}

async function items(url: string, signal: AbortSignal): Promise<readonly Document[]> {
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`GET ${url} answered ${response.status}: ${await response.text()}`);
  return ((await response.json()) as { items: readonly Document[] }).items;
}

async function send(method: 'POST' | 'PUT', url: string, body: Document, signal: AbortSignal): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method, signal, headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${method} ${url} answered ${response.status}: ${await response.text()}`);
}
