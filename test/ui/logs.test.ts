/** The way a developer finds why a job failed: from a container ID to the lines around the exception. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { containerId, FAILED_JOB } from '../support/ui-fixture/estate.ts';
import { useHarness } from './harness.ts';
import { counts, says } from './settled.ts';

const harness = useHarness();
const CONTAINER = containerId(FAILED_JOB, 1);

test('a container ID put into the search becomes an exact filter, the exception is folded, opens, and leads to the lines around it', {}, async () => {
  const { page, problems } = await harness.open('/logs');
  const search = page.getByRole('searchbox', { name: 'Search log lines' });

  await search.fill(CONTAINER);
  await search.press('Enter');

  await page.locator('[data-testid=chip]').filter({ hasText: CONTAINER }).waitFor();
  assert.equal(new URL(page.url()).searchParams.get('container'), CONTAINER);
  const folded = page.locator('[data-testid=log-row]').filter({ hasText: 'java.lang.NumberFormatException' });
  await says(folded.locator('[data-testid=folded]'), /8 frames/);
  assert.equal(await page.locator('[data-testid=stack]').count(), 0);

  await folded.getByRole('button').first().click();
  const stack = page.locator('[data-testid=stack]');
  await stack.getByText('Caused by: java.lang.IllegalStateException').waitFor();
  assert.match(await stack.innerText(), /4 framework frames/);
  assert.equal(await stack.getByText('CopyingChainingOutput.java:75').isVisible(), false);
  await stack.getByText('4 framework frames').click();
  await stack.getByText('CopyingChainingOutput.java:75').waitFor();

  await page.getByRole('button', { name: 'Lines around' }).click();
  await page.locator('[data-testid=around-here]').waitFor();
  const inContainer = await page.locator('[data-testid=around-line]').count();
  assert.ok(inContainer > 5);
  await page.getByRole('button', { name: 'Everything' }).click();
  await page.waitForURL(/scope=all/);
  await page.locator('[data-testid=around-line]').filter({ hasText: 'SubscriptionState' }).first().waitFor();
  assert.deepEqual(problems, []);
  await page.close();
});

test('a container that died before the range leads to its last lines by itself, words do when asked', async () => {
  const { page, problems } = await harness.open('/logs');
  const dead = 'container_e12_1763000000000_9999_01_000007';
  const died = Date.now() - 90 * 60_000;
  const line = { id: 'last', ts: died, level: 'ERROR', logger: 'a.B', thread: 'main', message: 'Java heap space' };
  const from = { job_name: 'gone', job_id: '', app_id: '', container_id: dead, host: 'h', role: 'taskmanager' };
  await page.route('**/api/v1/logs/search?*', async route => {
    const { searchParams: asked } = new URL(route.request().url());
    const items = Number(asked.get('from')) <= died && died < Number(asked.get('to')) ? [{ ...line, ...from }] : [];
    await route.fulfill({ json: { items, total: { value: items.length, relation: 'eq' }, next: null } });
  });
  const showsIt = (url: URL): boolean =>
    Number(url.searchParams.get('from')) < died && Number(url.searchParams.get('to')) > died;
  const row = page.locator('[data-testid=log-row]').filter({ hasText: 'Java heap space' });
  const search = page.getByRole('searchbox', { name: 'Search log lines' });

  await search.fill(` "${dead}",`);
  await search.press('Enter');
  await page.waitForURL(showsIt);
  await row.waitFor();
  assert.equal(new URL(page.url()).searchParams.get('container'), dead);

  await page.goto(`${harness.url}/logs?q=heap`);
  await page.getByText('The last one was at').waitFor();
  await page.getByRole('button', { name: 'Go there' }).click();
  await page.waitForURL(showsIt);
  await row.waitFor();
  assert.deepEqual(problems, []);
  await page.close();
});

test('an address reproduces query, filters, opened surroundings and scope', async () => {
  const { page } = await harness.open(
    `/logs?job=${FAILED_JOB}&q=level%3A%3E%3DWARN&around=line-exception&scope=job&range=6h`,
  );

  await page.locator('[data-testid=around-here]').filter({ hasText: 'switched from RUNNING to FAILED' }).waitFor();

  assert.equal(await page.getByRole('searchbox', { name: 'Search log lines' }).inputValue(), 'level:>=WARN');
  assert.match(await page.locator('[data-testid=chip]').innerText(), /dwd_user_profile/);
  assert.equal(await page.getByRole('button', { name: 'This job' }).getAttribute('aria-pressed'), 'true');
  assert.equal(await page.getByRole('combobox', { name: 'Time range' }).inputValue(), '6h');
  await page.close();
});

test('a click on a facet narrows and the chip takes it back', async () => {
  const { page } = await harness.open('/logs');
  await page.locator('[data-testid=log-row]').first().waitFor();

  await page.getByRole('button', { name: 'Only WARN' }).click();
  await page.waitForURL(/level=WARN/);
  await page.locator('.loglevel-WARN').first().waitFor();
  await counts(page.locator('[data-testid=log-row] .loglevel:not(.loglevel-WARN)'), 0);

  await page.getByRole('button', { name: 'Remove filter Level' }).click();
  await page
    .locator('[data-testid=log-total]')
    .filter({ hasText: /^\d,\d{3} lines$/ })
    .waitFor();
  await page.close();
});

test('dragging over the histogram sets an absolute range for the whole site', async () => {
  const { page } = await harness.open('/logs');
  const bars = page.locator('[data-testid=histogram]');
  await bars.locator('g').first().waitFor();
  const box = await bars.boundingBox();
  assert.ok(box);

  await page.mouse.move(box.x + box.width * 0.25, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, box.y + 20, { steps: 4 });
  await page.mouse.up();

  await page.waitForURL(/from=\d+/);
  const params = new URL(page.url()).searchParams;
  const span = Number(params.get('to')) - Number(params.get('from'));
  assert.ok(Math.abs(span - 900_000) < 60_000, `a quarter of an hour is ${span} ms`);
  await page.getByRole('link', { name: 'Jobs' }).first().click();
  await page.waitForURL(/\/jobs\?.*from=\d+/);
  await page.close();
});

test('scrolling loads older lines and draws only those in view', async () => {
  const { page } = await harness.open('/logs');
  const scroller = page.locator('[data-testid=log-scroll]');
  await page.locator('[data-testid=log-row]').first().waitFor();

  await scroller.evaluate(element => element.scrollTo({ top: element.scrollHeight }));
  await page.locator('[data-index="205"]').waitFor({ state: 'attached' });

  const drawn = await page.locator('[data-testid=log-row]').count();
  assert.ok(drawn < 80, `${drawn} rows are drawn`);
  await page.close();
});

test('a query that cannot be read says what is wrong', async () => {
  const { page } = await harness.open('/logs?q=((');

  const alert = page.locator('.log-card [role=alert]');
  await alert.waitFor();

  assert.match(await alert.innerText(), /parenthesis is not closed[\s\S]*bad-query/);
  await page.close();
});
