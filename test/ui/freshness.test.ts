/** The freshness board: what a report owner looks for is there, and leads on. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { REPORTS } from '../support/ui-fixture/estate.ts';
import { until } from '../support/until.ts';
import { useHarness } from './harness.ts';
import { counts, says } from './settled.ts';

const harness = useHarness();
const [first] = REPORTS;
const REPORT = first?.report ?? '';
const PATH = `/freshness/${encodeURIComponent(REPORT)}`;

test('a report of the overview leads to its page, and from there to all reports', async () => {
  const { page, problems } = await harness.open('/');
  await page.locator('[data-testid=report]').filter({ hasText: REPORT }).locator('a').first().click();

  await page.locator('[data-testid=report-head] h1').filter({ hasText: REPORT }).waitFor();
  await page.locator('[data-testid=report-head] a').first().click();

  await counts(page.locator('[data-testid=board-report]'), REPORTS.length);
  assert.deepEqual(problems, []);
  await page.close();
});

test('the page of a late report says at its head until when it is complete, because of which job, and why that one is slow', async () => {
  const { page, problems } = await harness.open(PATH);
  const head = page.locator('[data-testid=report-head]');
  await says(
    head,
    /Data as of \d\d:\d\d/,
    /behind\s+because of\s+dwd_order_wide/,
    /Slow sink\s+80 % sure\s+the bottleneck ends in a sink/,
  );
  assert.match(
    (await page.locator('[data-testid=report-cause] a').getAttribute('href')) ?? '',
    /^\/jobs\/dwd_order_wide/,
  );
  assert.deepEqual(problems, []);
  await page.close();
});

test('one owner’s reports are a part of the address', async () => {
  const { page } = await harness.open('/freshness');
  await page.locator('select[aria-label=Owner]').selectOption(first?.owner ?? '');

  await page.waitForURL(new RegExp(`owner=${first?.owner}`));
  const owned = REPORTS.filter(({ owner }) => owner === first?.owner).length;
  await counts(page.locator('[data-testid=board-report]'), owned);
  await page.close();
});

test('the page of a report says what was promised, what is left and on whom it went', async () => {
  const { page, problems } = await harness.open(PATH);
  const objective = page.locator('[data-testid=objective]');
  await objective.waitFor();

  await says(objective, /Budget left\s+-183 %/, /Budget gone in\s+spent/);
  await says(page.locator('[data-testid=culprit]').first(), /dwd_order_wide\s+600 min/);
  await counts(page.locator('.heartbeat .beat-bad'), 4);
  assert.match((await page.locator('.heartbeat').getAttribute('aria-label')) ?? '', /4 of 90 stretches late/);
  await page.locator('.chart canvas').waitFor();
  await counts(page.locator('.bands .band'), 1);
  assert.deepEqual(problems, []);
  await page.close();
});

test('a hop that is a job leads to the job and to its log, another to the path', async () => {
  const { page } = await harness.open(PATH);
  const row = page.locator('table').first().locator('tr').filter({ hasText: 'dwd_order_wide' });

  assert.match((await row.locator('a').first().getAttribute('href')) ?? '', /^\/jobs\/dwd_order_wide/);
  assert.match((await row.locator('a').last().getAttribute('href')) ?? '', /^\/logs\?.*q=job%3Adwd_order_wide/);
  const nifi = page.locator('table').first().locator('tr').filter({ hasText: 'nifi' });
  assert.match((await nifi.locator('a').first().getAttribute('href')) ?? '', /^\/lineage\?/);
  await page.close();
});

test('the badge is shown and its snippets name it', async () => {
  const { page } = await harness.open(PATH);
  await harness.browser.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const image = page.locator('.badge-preview img');
  await image.waitFor();
  await until('the image is there', () => image.evaluate(img => img.naturalWidth > 100));
  await page.getByRole('button', { name: 'Copy Markdown' }).click();
  await page.getByRole('button', { name: 'Copied' }).waitFor();

  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(
    copied,
    /^\[!\[.*\]\(http:\/\/127\.0\.0\.1:\d+\/badge\/.*\.svg\?lang=en&zone=Asia%2FShanghai\)\]\(http:.*\/freshness\//,
  );
  await page.close();
});
