/** Rules in bulk, on a real daemon: Prometheus files taken over, and how strict generated rules are. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pino } from 'pino';
import type { Page } from 'playwright-core';
import { App } from '../../app/app.ts';
import { readAppConfig } from '../../app/config.ts';
import { createFeed } from '../../demo/feed.ts';
import { systemClock } from '../../model/clock.ts';
import { startBrowser, type TestBrowser } from '../support/browser.ts';
import { until } from '../support/until.ts';
import { says } from './settled.ts';

const FILE = `groups:
  - name: g
    interval: 5m
    rules:
      - {record: "a:b", expr: sum(a)}
      - {alert: Down, expr: up == 0, for: 5m, labels: {severity: critical}}
      - {alert: Lag, expr: sum by (topic) (kafka_lag) > 100000}
      - {alert: Quantile, expr: "histogram_quantile(0.9, x) > 1"}
`;
const CONFIG = `alerting: {generated: {lag: {above: 777}, exclude: {jobs: ["test_*"]}}}\n`;

interface Rule {
  readonly id: string;
  readonly name: string;
  readonly condition?: string;
  readonly matchers?: { readonly job?: { readonly value: string } };
}

let dir: string;
let app: App | undefined;
let browser: TestBrowser | undefined;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tidewatch-rules-'));
  await writeFile(join(dir, 'tidewatch.yaml'), CONFIG);
  const env = { TIDEWATCH_DATA_DIR: join(dir, 'data'), TIDEWATCH_HTTP__PORT: '0', TIDEWATCH_LOG__LEVEL: 'silent' };
  app = new App(readAppConfig(join(dir, 'tidewatch.yaml'), env), { logger: pino({ level: 'silent' }) });
  await app.start();
  browser = await startBrowser();
});

after(async () => {
  await browser?.close();
  await app?.stop();
  await rm(dir, { recursive: true, force: true });
});

const url = (path: string): string => `${app?.address}/api/v1/${path}`;
const rules = async (): Promise<readonly Rule[]> =>
  ((await (await fetch(url('rules'))).json()) as { items: Rule[] }).items;

async function open(path: string): Promise<{ readonly page: Page; readonly problems: readonly string[] }> {
  assert.ok(browser && app);
  const opened = await browser.open(app.address + path);
  await opened.page.locator('main .card').first().waitFor();
  return opened;
}

test('a Prometheus file: what converts is chosen and taken over, what does not is told with its place', async () => {
  const { page, problems } = await open('/rules');
  await page.getByRole('link', { name: 'Import from Prometheus' }).click();
  await page.getByLabel('Prometheus rule file').fill(FILE);
  await page.getByRole('button', { name: 'Convert', exact: true }).click();

  const found = page.locator('[data-testid=import-rule]');
  await found.nth(1).waitFor();
  await says(found.nth(0), /Down\s+critical · \*\/5 \* \* \* \*[\s\S]*\{0\} == 0/);
  const remarks = await page.locator('[data-testid=import-remark]').allInnerTexts();
  assert.match(remarks.join('\n'), /not converted\s+a:b[\s\S]*line 5[\s\S]*Quantile[\s\S]*line 8/);
  assert.deepEqual(await rules(), [], 'nothing is saved yet');

  await page.getByLabel('Take over Lag').uncheck();
  await page.getByRole('button', { name: 'Take over 1 rule' }).click();
  await page.getByText('1 rule taken over').waitFor();
  assert.deepEqual(
    (await rules()).map(({ name }) => name),
    ['Down'],
  );
  await found.nth(0).getByRole('link', { name: 'Down' }).click();
  await page.locator('[data-testid=rule-page]').waitFor();
  assert.deepEqual(problems, []);
  await page.close();
});

test('a file can be chosen from the disk, and a rule the daemon refuses has its reason beside it', async () => {
  const path = join(dir, 'prometheus.yml');
  await writeFile(path, FILE);
  const { page } = await open('/rules/import');
  await page.locator('input[type=file]').setInputFiles(path);
  const second = page.locator('[data-testid=import-rule]').nth(1);
  await second.getByText('Lag', { exact: true }).waitFor();
  // Somebody makes a rule of that name before it is taken over.
  const body = { name: 'Lag', schedule: '* * * * *', metrics: [{ metric: 'x' }], condition: '{0} > 1' };
  await fetch(url('rules'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

  await page.getByRole('button', { name: 'Take over 2 rules' }).click();

  await page.getByText('1 rule taken over, 1 refused').waitFor();
  await second.locator('.field-wrong').getByText('Lag').waitFor();
  assert.deepEqual((await rules()).map(({ name }) => name).sort(), ['Down', 'Down 2', 'Lag']);
  await page.close();
});

test('a text that is no rule file is told with line and column', async () => {
  const { page } = await open('/rules/import');
  await page.getByLabel('Prometheus rule file').fill('groups: 5');
  await page.getByRole('button', { name: 'Convert', exact: true }).click();
  await page
    .getByRole('alert')
    .getByText(/line 1, column \d+: groups: /)
    .waitFor();
  await page.close();
});

test('generated rules: what the configuration says is shown, a kind is changed for all and switched off for some jobs', async () => {
  const feed = createFeed(app?.address ?? '', systemClock);
  const job = { type: 'job', ts: Date.now(), job_name: 'dwd_a', sql: 'INSERT INTO b SELECT x FROM a' };
  await feed.send('jobs', [job], new AbortController().signal);
  assert.deepEqual(feed.refused, { count: 0, first: '' });
  await until('the rules of the job are there', async () => (await rules()).some(({ name }) => name === 'job lag'));
  const { page, problems } = await open('/rules/generated?job=dwd_a');
  const lag = page.locator('[data-testid=kind-lag]').first();
  await lag.getByText('More than 777').waitFor();
  await page.getByText('by the configuration also: test_*').waitFor();

  await lag.getByLabel('Records behind').selectOption('on');
  await lag.getByLabel('More than').fill('5000');
  const entry = page.locator('[data-testid=generated-entry]');
  await entry.getByText('dwd_a').waitFor();
  await entry.getByLabel('Restarts').selectOption('off');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Saved.').waitFor();

  const { settings } = (await (await fetch(url('rules/generated'))).json()) as { settings: unknown };
  assert.deepEqual(settings, { lag: { above: 5000 }, jobs: [{ match: ['dwd_a'], restarts: false }] });
  const made = await rules();
  assert.equal(made.find(({ name }) => name === 'job lag')?.condition, 'lag > 5000');
  assert.match(made.find(({ name }) => name === 'job restarts')?.matchers?.job?.value ?? '', /dwd_a/);
  assert.deepEqual(problems, []);
  await page.close();
});

test('a mistake in generated settings is told at its field, and another version is not overwritten unasked', async () => {
  const { page } = await open('/rules/generated');
  const lag = page.locator('[data-testid=kind-lag]').first();
  await lag.getByLabel('Records behind').selectOption('on');
  await lag.getByLabel('for', { exact: true }).fill('soon');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await lag.locator('.field-wrong').first().waitFor();

  await lag.getByLabel('for', { exact: true }).fill('7m');
  await fetch(url('rules/generated'), {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ enabled: true }),
  });
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.locator('[data-testid=conflict]').getByRole('button', { name: 'Load theirs' }).click();
  assert.equal(await page.getByLabel('Generated rules', { exact: true }).inputValue(), 'on');
  assert.equal(await lag.getByLabel('Records behind').inputValue(), 'inherit');
  await page.close();
});

for (const path of [
  '/channels/new',
  '/receivers/new',
  '/routes/new',
  '/routes',
  '/inhibitions/new',
  '/on-call/new',
  '/on-call',
  '/audit',
  '/rules/import',
  '/rules/generated?job=a_job_with_a_rather_long_name_of_sixty_characters_or_so_more',
]) {
  test(`${path} fits 390 px, in Chinese and dark, with its tab in sight`, async () => {
    assert.ok(browser && app);
    const page = await browser.context.newPage();
    await page.setViewportSize({ width: 390, height: 844 });
    await page.addInitScript(() => {
      localStorage.setItem('tidewatch.language', 'zh');
      localStorage.setItem('tidewatch.theme', 'dark');
    });
    await page.goto(app.address + path);
    await page.locator('main :is(.card, .state):visible').first().waitFor();
    await page.waitForLoadState('networkidle');

    const wide = await page.locator('html').evaluate(root => root.scrollWidth - root.clientWidth);

    assert.equal(wide, 0);
    assert.equal(await page.locator('html').getAttribute('lang'), 'zh-CN');
    const tab = await page.locator('.tabs [aria-current]').boundingBox();
    assert.ok(tab && tab.x >= 0 && tab.x + tab.width <= 390, JSON.stringify(tab));
    await page.close();
  });
}
