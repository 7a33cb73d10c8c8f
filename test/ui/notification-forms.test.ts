/** Who is told, set in the screens of a real daemon: every form saves, tells what is wrong where it is wrong, and loses nobody's change. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pino } from 'pino';
import type { Page } from 'playwright-core';
import { App } from '../../app/app.ts';
import { readAppConfig } from '../../app/config.ts';
import { startBrowser, type TestBrowser } from '../support/browser.ts';
import { until } from '../support/until.ts';

interface Document {
  readonly id: string;
  readonly version: string;
  readonly name?: string;
  readonly [field: string]: unknown;
}

const CONFIG = `
channels:
  - {name: file-hook, type: webhook, url: "http://127.0.0.1:9/x", allow_private: true}
receivers: {ops: [file-hook]}
routes:
  - {name: of the file, matchers: {team: file}, receivers: [ops], order: 5}
`;

let dir: string;
let app: App | undefined;
let browser: TestBrowser | undefined;
let hook: Server | undefined;
let hookUrl = '';
/** Paths the webhook's receiver was asked for. */
const received: string[] = [];

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tidewatch-forms-'));
  const server = createServer((request, response) => {
    received.push(request.url ?? '');
    request.resume().on('end', () => response.writeHead(204).end());
  });
  hook = server;
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  hookUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await writeFile(join(dir, 'tidewatch.yaml'), CONFIG);
  const env = { TIDEWATCH_DATA_DIR: join(dir, 'data'), TIDEWATCH_HTTP__PORT: '0', TIDEWATCH_LOG__LEVEL: 'silent' };
  app = new App(readAppConfig(join(dir, 'tidewatch.yaml'), env), { logger: pino({ level: 'silent' }) });
  await app.start();
  browser = await startBrowser();
});

after(async () => {
  await browser?.close();
  await app?.stop();
  hook?.closeAllConnections();
  hook?.close();
  await rm(dir, { recursive: true, force: true });
});

async function api<T>(method: string, path: string, body?: unknown, version?: string): Promise<T> {
  const answer = await fetch(`${app?.address}/api/v1/${path}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(version === undefined ? {} : { 'if-match': `"${version}"` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
  return (answer.status === 204 ? null : await answer.json()) as T;
}

const make = (kind: string, document: object): Promise<Document> => api('POST', kind, document);
const named = async (kind: string, name: string): Promise<Document | undefined> =>
  (await api<{ items: Document[] }>('GET', kind)).items.find(each => each.name === name);

async function open(path: string): Promise<{ readonly page: Page; readonly problems: readonly string[] }> {
  assert.ok(browser && app);
  const opened = await browser.open(app.address + path);
  await opened.page.locator('main .card').first().waitFor();
  return opened;
}

const save = (page: Page): Promise<void> => page.getByRole('button', { name: 'Save', exact: true }).click();

test('a channel: what is missing is told at its field, its secret is written and never read, its test says whether it works', async () => {
  const { page } = await open('/channels/new');
  await page.getByLabel('Type').selectOption('webhook');
  await page.getByLabel('Name', { exact: true }).fill('my-hook');
  await page.getByLabel('Given up after').fill('soon');
  await save(page);
  const wrong = page.locator('.field', { hasText: 'Given up after' }).locator('.field-wrong');
  await wrong.filter({ hasText: 'not a duration' }).waitFor();
  await page.getByLabel('Given up after').fill('');
  await save(page);
  await page.locator('.field', { hasText: 'Address' }).locator('.field-wrong').getByText('is needed').waitFor();

  await page.getByLabel('Address', { exact: true }).fill(`${hookUrl}/secret-path`);
  await page.getByLabel('Inside the own network').check();
  await save(page);
  await page.waitForURL(/\/channels\/[0-9a-f-]{36}$/);
  await page.getByRole('button', { name: 'Send a test' }).click();
  await page.locator('[data-testid=test-outcome]').getByText('my-hook took the test message').waitFor();
  assert.deepEqual(received, ['/secret-path']);

  await page.getByText('Set', { exact: true }).waitFor();
  await page.getByLabel('Name', { exact: true }).fill('my-renamed-hook');
  await save(page);
  await page.getByRole('heading', { name: 'Channel my-renamed-hook' }).waitFor();
  assert.doesNotMatch(await page.content(), /secret-path/);
  const stored = await named('channels', 'my-renamed-hook');
  assert.equal(stored?.['url'], '<secret>');
  await api('POST', `channels/${stored?.id}/test`, {});
  assert.equal(received.at(-1), '/secret-path', 'the secret is still what it was');
  await page.close();
});

test('a secret may come from the environment, and is kept when its replacement is given up', async () => {
  const { page } = await open('/channels/new');
  await page.getByLabel('Name', { exact: true }).fill('from-env');
  await page.getByLabel('Access token: from where').selectOption('env');
  await page.getByLabel('Access token', { exact: true }).fill('PATH');
  await save(page);
  await page.getByRole('heading', { name: 'Channel from-env' }).waitFor();

  await page.getByRole('button', { name: 'Replace' }).click();
  await page.getByLabel('Access token', { exact: true }).fill('other');
  await page.getByRole('button', { name: 'Keep what is stored' }).click();

  await page.getByText('Set', { exact: true }).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Save', exact: true }).isDisabled(), true, 'nothing is changed');
  await page.close();
});

test('a channel deleted meanwhile is made anew only with its secret entered again', async () => {
  const { id } = await make('channels', { name: 'gone', type: 'webhook', url: `${hookUrl}/old`, allow_private: true });
  const { page } = await open(`/channels/${id}`);
  await page.getByLabel('Longest wait').fill('1m');
  await api('DELETE', `channels/${id}`);
  await save(page);
  await page.getByText('saving makes it anew').waitFor();
  await save(page);
  await page.locator('.field', { hasText: 'Address' }).locator('.field-wrong').getByText('is needed').waitFor();
  await page.getByLabel('Address', { exact: true }).fill(`${hookUrl}/new`);
  await save(page);
  await page.waitForURL(url => !url.pathname.endsWith(id));
  const made = await named('channels', 'gone');
  assert.deepEqual([made?.['retry'], made?.['url']], [{ max: '1m' }, '<secret>']);
  await api('POST', `channels/${made?.id}/test`, {});
  assert.equal(received.at(-1), '/new');
  await page.close();
});

test('a name that is taken is told at the name', async () => {
  await make('receivers', { name: 'taken', channels: ['file-hook'] });
  const { page } = await open('/receivers/new');
  await page.getByLabel('Name', { exact: true }).fill('taken');
  await page.getByLabel('Told').fill('file-hook');
  await page.getByLabel('Told').press('Enter');
  await save(page);
  await page.locator('.field', { hasText: 'Name' }).locator('.field-wrong').getByText('another receiver').waitFor();
  await page.close();

  const { page: channel } = await open('/channels/new');
  await channel.getByLabel('Name', { exact: true }).fill('file-hook');
  await channel.getByLabel('Access token', { exact: true }).fill('x');
  await save(channel);
  await channel.locator('.field', { hasText: 'Name' }).locator('.field-wrong').getByText('exists').waitFor();
  await channel.close();
});

test('names are added with Enter or a comma and taken back with Backspace; one nobody has is marked', async () => {
  const { page, problems } = await open('/receivers/new');
  const field = page.getByLabel('Told');
  await field.pressSequentially('ops,nobody');
  await field.press('Enter');
  assert.deepEqual(await page.locator('.names .chip').allInnerTexts(), ['ops\n×', 'nobody\nunknown\n×']);
  await field.press('Backspace');
  await page.getByLabel('Name', { exact: true }).fill('everyone');
  await save(page);
  await page.waitForURL(/\/channels$/);
  await page.locator('[data-testid=receiver]').filter({ hasText: 'everyone' }).waitFor();
  assert.deepEqual((await named('receivers', 'everyone'))?.['channels'], ['ops']);
  assert.deepEqual(problems, []);
  await page.close();
});

test('what somebody changed meanwhile is told, loses nothing typed, and is overwritten or taken as chosen', async () => {
  const { id, version } = await make('receivers', { name: 'shared', channels: ['ops'] });
  const { page } = await open(`/receivers/${id}`);
  await page.getByLabel('Comment').fill('mine');
  await api('PUT', `receivers/${id}`, { name: 'shared', channels: ['file-hook'] }, version);
  await save(page);
  const conflict = page.locator('[data-testid=conflict]');
  await conflict.getByText('Changed: channels').waitFor();
  assert.equal(await page.getByLabel('Comment').inputValue(), 'mine');
  await conflict.getByRole('button', { name: 'Save mine over it' }).click();
  await page.waitForURL(/\/channels$/);
  const saved = await api<Document>('GET', `receivers/${id}`);
  assert.deepEqual([saved['comment'], saved['channels']], ['mine', ['ops']]);
  await page.close();

  const { page: other } = await open(`/receivers/${id}`);
  await other.getByLabel('Comment').fill('again');
  await api('PUT', `receivers/${id}`, { name: 'shared', channels: ['ops'], comment: 'theirs' }, saved.version);
  await save(other);
  await other.getByRole('button', { name: 'Load theirs' }).click();
  assert.equal(await other.getByLabel('Comment').inputValue(), 'theirs');

  await other.getByLabel('Comment').fill('kept');
  await api('DELETE', `receivers/${id}`);
  await save(other);
  await other.getByText('saving makes it anew').waitFor();
  await save(other);
  await other.waitForURL(/\/channels$/);
  assert.equal((await named('receivers', 'shared'))?.['comment'], 'kept');
  await other.close();
});

test('what comes from the configuration can be read and tested but not changed', async () => {
  for (const path of ['/channels/file%3Afile-hook', '/receivers/config-0', '/routes/config-0']) {
    const { page, problems } = await open(path);
    await page.getByText('comes from the configuration').waitFor();
    assert.equal(await page.getByRole('button', { name: /^(Save|Delete)$/ }).count(), 0);
    assert.equal(await page.locator('fieldset:disabled input').first().isDisabled(), true);
    assert.deepEqual(problems, []);
    await page.close();
  }
  const { page } = await open('/channels/file%3Afile-hook');
  assert.equal(await page.getByRole('button', { name: 'Send a test' }).isDisabled(), false);
  await page.locator('[data-testid=used-by]').getByRole('link', { name: 'ops' }).waitFor();
  await page.close();
});

test('a form the daemon did not answer for opens as soon as it does', async () => {
  assert.ok(browser && app);
  const page = await browser.context.newPage();
  await page.route('**/api/v1/receivers/config-0', route => route.fulfill({ status: 503, body: '{}' }));
  await page.goto(`${app.address}/receivers/config-0`);
  const retry = page.getByRole('button', { name: 'Try again' });
  await retry.waitFor();
  await page.unroute('**/api/v1/receivers/config-0');
  await retry.click();
  await page.getByText('comes from the configuration').waitFor();
  await page.close();
});

test('a document is deleted after it was asked about', async () => {
  const { id } = await make('receivers', { name: 'leaving', channels: ['ops'] });
  const { page, problems } = await open(`/receivers/${id}`);
  const asked: string[] = [];
  page.once('dialog', dialog => {
    asked.push(dialog.message());
    void dialog.dismiss();
  });
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await until('the question was asked', async () => asked.length === 1);
  assert.ok(await named('receivers', 'leaving'));
  page.once('dialog', dialog => void dialog.accept());
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await page.waitForURL(/\/channels$/);
  assert.match(asked[0] ?? '', /leaving/);
  assert.equal(await named('receivers', 'leaving'), undefined);
  assert.deepEqual(problems, []);
  await page.close();
});

test('a route: matchers, levels and the alerts of now it takes; then it is moved past others', async () => {
  const rule = {
    name: 'always',
    level: 'critical',
    schedule: '* * * * * *',
    delay: '0s',
    metrics: [{ log: '*' }],
    condition: '{0} < 1',
    labels: { team: 'dw' },
  };
  await make('rules', rule);
  await until('the alert fires', async () => {
    const { items } = await api<{ items: { state: string }[] }>('GET', 'alerts');
    return items.some(({ state }) => state === 'firing');
  });

  const { page, problems } = await open('/routes/new');
  const effect = page.locator('[data-testid=route-effect]');
  await effect.getByText('Takes 1 alert of now').waitFor();
  await page.getByLabel('Name', { exact: true }).fill('first');
  await page.getByLabel('Label', { exact: true }).fill('team');
  await page.getByLabel('Value', { exact: true }).fill('nobody');
  await effect.getByText('Takes none').waitFor();
  await page.getByLabel('Value', { exact: true }).fill('dw');
  await effect.getByText('Takes 1 alert of now').waitFor();
  await page.getByLabel('Receivers', { exact: true }).fill('ops');
  await page.getByRole('button', { name: 'Add a level' }).click();
  await page.getByLabel('Level 1, after').fill('15m');
  await page.getByLabel('also tell').fill('file-hook');
  await page.getByLabel('Repeat', { exact: true }).fill('4h');
  await save(page);
  await page.waitForURL(/\/routes$/);
  const first = await named('routes', 'first');
  assert.deepEqual(
    [first?.['matchers'], first?.['receivers'], first?.['group_by'], first?.['escalation'], first?.['repeat_interval']],
    [{ team: 'dw' }, ['ops'], ['job'], [{ after: '15m', receivers: ['file-hook'] }], '4h'],
  );

  await make('routes', { name: 'second', receivers: ['ops'], order: 7 });
  await page.reload();
  const lines = page.locator('[data-testid=route] .route-what > span:first-child .strong');
  await lines.nth(2).waitFor();
  assert.deepEqual(await lines.allInnerTexts(), ['first', 'of the file', 'second']);
  await page.getByRole('button', { name: 'Move second up' }).click();
  await until('second is moved', async () => (await lines.allInnerTexts()).join() === 'first,second,of the file');
  await page.getByRole('button', { name: 'Move first down' }).click();
  await until('first is moved', async () => (await lines.allInnerTexts()).join() === 'second,first,of the file');

  await page.getByRole('link', { name: 'Edit' }).nth(1).click();
  await effect.getByText('an earlier route takes').waitFor();
  await effect.getByRole('link', { name: 'second' }).waitFor();
  assert.deepEqual(problems, []);
  await page.close();
});

test('a route whose levels are out of order is told so at the levels', async () => {
  const { id } = await make('routes', {
    name: 'levels',
    matchers: { team: 'x' },
    receivers: ['ops'],
    escalation: [{ after: '10m', receivers: ['ops'] }],
  });
  const { page } = await open(`/routes/${id}`);
  await page.getByRole('button', { name: 'Add a level' }).click();
  await page.getByLabel('Level 2, after').fill('5m');
  await page.getByLabel('also tell').nth(1).fill('ops');
  await save(page);
  await page.getByRole('group', { name: 'Who else' }).getByText('later than the one before').waitFor();
  await api('DELETE', `routes/${id}`);
  await page.close();
});

test('an inhibition by labels needs both sides, one by lineage none', async () => {
  const { page } = await open('/routes');
  await page.getByRole('link', { name: 'New inhibition' }).click();
  const source = page.getByRole('group', { name: 'While an alert' });
  const target = page.getByRole('group', { name: 'those with these' });
  await source.getByLabel('Label', { exact: true }).fill('severity');
  await source.getByLabel('Value', { exact: true }).fill('critical');
  await save(page);
  await page
    .locator('.field', { hasText: 'those with these' })
    .locator('.field-wrong')
    .getByText('name at least one')
    .waitFor();
  await target.getByLabel('Label', { exact: true }).fill('severity');
  await target.getByLabel('Value', { exact: true }).fill('warning');
  await save(page);
  const line = page.locator('[data-testid=inhibition]');
  await line.getByText('severity="critical" ⊣ severity="warning"').waitFor();

  await line.getByRole('link', { name: 'Edit' }).click();
  await page.getByLabel('By lineage').check();
  for (const side of [source, target]) await side.getByRole('button', { name: 'Clear severity' }).click();
  await save(page);
  await line.getByText('every alert ⊣ every alert').waitFor();
  await line.getByText('upstream speaks').waitFor();
  const { items } = await api<{ items: Document[] }>('GET', 'inhibitions');
  assert.deepEqual([items[0]?.['upstream'], items[0]?.['source_matchers'], items[0]?.['equal']], [true, {}, ['job']]);
  await page.close();
});

test('a rota shows its next two weeks while it is typed; nights and somebody standing in are in it', async () => {
  const { page, problems } = await open('/on-call/new');
  const strip = page.locator('[data-testid=on-call-strip]');
  await page.getByLabel('Name', { exact: true }).fill('nights');
  await page.getByLabel('Members').fill('ops');
  await page.getByLabel('Members').press('Enter');
  await strip.getByText('ops').first().waitFor();
  await page.getByRole('button', { name: 'Add a layer' }).click();
  await page.getByLabel('Members').nth(1).fill('file-hook');
  await page.getByLabel('Members').nth(1).press('Enter');
  await page.getByLabel('On duty only').nth(1).check();
  await until('every night is in the band', async () => (await strip.locator('.on-call-span').count()) >= 28);
  await save(page);
  await page.waitForURL(/\/on-call$/);
  await page.locator('[data-testid=rota]').waitFor();

  await page.getByRole('link', { name: 'Stand in' }).click();
  await page.getByText('no members yet').waitFor();
  await page.getByLabel('Who').fill('file-hook');
  await page.getByLabel('Who').press('Enter');
  await strip.getByText('stands in').waitFor();
  await save(page);
  await page.waitForURL(/\/on-call$/);
  const rota = await named('rotas', 'nights');
  const now = await api<{ by: string; members: string[] }>('GET', `rotas/${rota?.id}/on-call`);
  assert.deepEqual([now.by, now.members], ['override', ['file-hook']]);
  assert.deepEqual(problems, []);
  await page.close();
});

test('a test of a rota reaches who is on call now', async () => {
  await make('channels', { name: 'on-duty', type: 'webhook', url: `${hookUrl}/on-duty`, allow_private: true });
  await make('rotas', {
    name: 'days',
    layers: [{ members: ['on-duty', 'file-hook'], start: '2020-01-06', weeks: 52 }],
  });
  const { by, members } = await api<{ by: string; members: string[] }>('GET', 'rotas/days/on-call');
  assert.equal(by, 'layer 1');
  const { id } = await make('receivers', { name: 'day-team', channels: ['days'] });
  const { page } = await open(`/receivers/${id}`);
  await page.getByRole('button', { name: 'Send a test to them' }).click();
  await page.locator('[data-testid=test-receivers]').getByText(`${members[0]}`, { exact: true }).waitFor();
  await page.locator('[data-testid=test-outcome]').waitFor();
  assert.equal(await page.locator('[data-testid=test-receivers] .mono').count(), 1);
  await page.close();
});

test('a silence somebody changed meanwhile is read again and can then be saved', async () => {
  const silence = { matchers: { job: 'x' }, ends_at: Date.now() + 3_600_000 };
  const { id, version } = await make('silences', silence);
  const { page } = await open(`/silences/${id}`);
  await page.getByLabel('Why').fill('mine');
  await api('PUT', `silences/${id}`, { ...silence, comment: 'theirs' }, version);
  await save(page);
  await page.getByText('changed this silence meanwhile').waitFor();
  assert.equal(await page.getByLabel('Why').inputValue(), 'theirs');
  await page.getByLabel('Why').fill('both');
  await save(page);
  await page.waitForURL(/\/silences$/);
  assert.equal((await api<Document>('GET', `silences/${id}`))['comment'], 'both');
  await page.close();
});

test('the audit trail says who changed what, finds an object, and loads older changes', async () => {
  const { id, version } = await make('receivers', { name: 'audited', channels: ['ops'] });
  let newest = version;
  for (let i = 0; i < 110; i++) {
    const document = { name: 'audited', channels: ['ops'], comment: `change ${i}` };
    newest = (await api<Document>('PUT', `receivers/${id}`, document, newest)).version;
  }
  const { page, problems } = await open('/audit');
  const entries = page.locator('[data-testid=audit-entry]');
  await entries.first().getByText('change 109').waitFor();
  assert.match(
    await entries.first().innerText(),
    /anonymous[\s\S]*receiver\/[\s\S]*comment[\s\S]*change 108 → change 109/,
  );
  assert.equal(await entries.count(), 100);
  await page.getByRole('button', { name: 'Load older' }).click();
  await until('older ones are there', async () => (await entries.count()) > 110);

  await page.getByRole('searchbox', { name: 'Object, field or person' }).fill('rota/');
  await until('only rotas are left', async () => (await entries.allInnerTexts()).every(text => text.includes('rota/')));
  assert.match(page.url(), /object=rota/);
  await page.getByRole('searchbox', { name: 'Object, field or person' }).fill('no such thing');
  await page.getByText('No change fits').waitFor();
  assert.deepEqual(problems, []);
  await page.close();
});
