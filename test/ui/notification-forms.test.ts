/** Channels and receivers set in the screens of a real daemon: every form saves, tells what is wrong where it is wrong, and loses nobody’s change. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../support/until.ts';
import { type Document, save, useFormsDaemon } from './forms-daemon.ts';

const daemon = useFormsDaemon();
const { api, hook, make, named, open } = daemon;

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

  await page.getByLabel('Address', { exact: true }).fill(`${hook.url}/secret-path`);
  await page.getByLabel('Inside the own network').check();
  await save(page);
  await page.waitForURL(/\/channels\/[0-9a-f-]{36}$/);
  await page.getByRole('button', { name: 'Send a test' }).click();
  await page.locator('[data-testid=test-outcome]').getByText('my-hook took the test message').waitFor();
  assert.deepEqual(hook.received, ['/secret-path']);

  await page.getByText('Set', { exact: true }).waitFor();
  await page.getByLabel('Name', { exact: true }).fill('my-renamed-hook');
  await save(page);
  await page.getByRole('heading', { name: 'Channel my-renamed-hook' }).waitFor();
  assert.doesNotMatch(await page.content(), /secret-path/);
  const stored = await named('channels', 'my-renamed-hook');
  assert.equal(stored?.['url'], '<secret>');
  await api('POST', `channels/${stored?.id}/test`, {});
  assert.equal(hook.received.at(-1), '/secret-path', 'the secret is still what it was');
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
  const { id } = await make('channels', { name: 'gone', type: 'webhook', url: `${hook.url}/old`, allow_private: true });
  const { page } = await open(`/channels/${id}`);
  await page.getByLabel('Longest wait').fill('1m');
  await api('DELETE', `channels/${id}`);
  await save(page);
  await page.getByText('saving makes it anew').waitFor();
  await save(page);
  await page.locator('.field', { hasText: 'Address' }).locator('.field-wrong').getByText('is needed').waitFor();
  await page.getByLabel('Address', { exact: true }).fill(`${hook.url}/new`);
  await save(page);
  await page.waitForURL(url => !url.pathname.endsWith(id));
  const made = await named('channels', 'gone');
  assert.deepEqual([made?.['retry'], made?.['url']], [{ max: '1m' }, '<secret>']);
  await api('POST', `channels/${made?.id}/test`, {});
  assert.equal(hook.received.at(-1), '/new');
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
  // Who is unknown shows once it is known who there is.
  await page.locator('.names .chip').filter({ hasText: 'unknown' }).waitFor();
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
  const page = await daemon.newPage();
  await page.route('**/api/v1/receivers/config-0', route => route.fulfill({ status: 503, body: '{}' }));
  await page.goto(`${daemon.address}/receivers/config-0`);
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
