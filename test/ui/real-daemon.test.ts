/** The interface on a real daemon with real data: what on-call, a developer and a report's owner do, through the same API as in production. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pino } from 'pino';
import { App } from '../../app/app.ts';
import { readAppConfig } from '../../app/config.ts';
import { demoEstate } from '../../demo/estate.ts';
import { CRASH_EXCEPTION } from '../../demo/faults.ts';
import { createFeed } from '../../demo/feed.ts';
import { druidRecords, nifiRecords } from '../../demo/records/ends.ts';
import { declarationRecords, reportRecords, statusRecords } from '../../demo/records/jobs.ts';
import { logRecords } from '../../demo/records/logs.ts';
import { metricRecords, offsetRecords } from '../../demo/records/metrics.ts';
import { Simulation } from '../../demo/simulate.ts';
import { systemClock } from '../../model/clock.ts';
import { startBrowser, type TestBrowser } from '../support/browser.ts';
import { counts, says } from './settled.ts';

const CRASHED = 'dwd_ad_click_valid_etl';
const REPORT = '广告点击率';
const MINUTES = 4;

let dir: string;
let app: App;
let browser: TestBrowser;
let container: string;

/** Four minutes of the estate that end now; the crashing job falls over in the middle and stays down. */
async function feedEstate(): Promise<void> {
  const feed = createFeed(app.address, systemClock);
  const { signal } = new AbortController();
  const end = Math.floor(Date.now() / 1000);
  const sim = new Simulation(demoEstate(), end - MINUTES * 60);
  const job = sim.job(CRASHED);
  container = job.containers[1] ?? '';
  await feed.send('jobs', [...declarationRecords(sim), ...reportRecords(sim)], signal);
  while (sim.second < end) {
    sim.step();
    if (sim.second === end - 100) sim.setStatus(job, 'RESTARTING', CRASH_EXCEPTION);
    const events = sim.takeEvents();
    await feed.send('jobs', statusRecords(events, sim.second * 1000), signal);
    await feed.send('logs', logRecords(sim, events), signal);
    if (sim.second % 10 !== 0) continue;
    await feed.send('offsets', offsetRecords(sim), signal);
    await feed.send('metrics', metricRecords(sim), signal);
    await feed.send('nifi', nifiRecords(sim), signal);
    await feed.send('druid', druidRecords(sim), signal);
  }
  assert.deepEqual(feed.refused, { count: 0, first: '' });
}

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tidewatch-ui-'));
  const env = { TIDEWATCH_DATA_DIR: dir, TIDEWATCH_HTTP__PORT: '0', TIDEWATCH_LOG__LEVEL: 'silent' };
  app = new App(readAppConfig(null, env), { logger: pino({ level: 'silent' }) });
  await app.start();
  await feedEstate();
  const rule = {
    name: 'job_restarts',
    level: 'error',
    schedule: '* * * * * *',
    delay: '0s',
    window: '10m',
    group_by: ['job'],
    metrics: [{ name: 'restarts', metric: 'restarts', op: 'MAX' }],
    condition: 'restarts >= 1',
    summary: '{{job}} restarted {{value.0|number}} times',
  };
  const answer = await fetch(`${app.address}/api/v1/rules`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(rule),
  });
  assert.equal(answer.status, 201);
  browser = await startBrowser();
});

after(async () => {
  await browser?.close();
  await app?.stop();
  await rm(dir, { recursive: true, force: true });
});

test('the overview names the reports with their age and the job that needs attention', async () => {
  const { page, problems } = await browser.open(`${app.address}/`);

  await page.getByText(REPORT).first().waitFor();
  await page.getByText(CRASHED).first().waitFor();

  // With its day, where that is not today's.
  await counts(page.getByText(/Data as of .*\d\d:\d\d/), demoEstate().reports.length);
  assert.deepEqual(problems, []);
  await page.close();
});

test('a container ID leads to the folded exception, its trace and the lines around it', async () => {
  const { page, problems } = await browser.open(`${app.address}/logs`);
  const search = page.getByRole('searchbox', { name: 'Search log lines' });
  await search.fill(container);
  await search.press('Enter');

  const row = page.locator('[data-testid=log-row]').filter({ hasText: 'java.io.IOException' });
  await row.first().waitFor();
  await row.first().getByRole('button').first().click();
  await page.locator('[data-testid=stack]').getByText(`Caused by: ${CRASH_EXCEPTION}`).waitFor();
  await page.getByRole('button', { name: 'Lines around' }).click();
  await page.locator('[data-testid=around-here]').waitFor();

  assert.ok((await page.locator('[data-testid=around-line]').count()) > 0);
  assert.deepEqual(problems, []);
  await page.close();
});

test("a report's path runs from NiFi to Druid and blames the job that is down", async () => {
  const { page, problems } = await browser.open(`${app.address}/lineage?root=${encodeURIComponent(REPORT)}`);

  for (const name of ['access_ad_click', 'ods_ad_click', CRASHED, 'dws_ad_ctr_1m_agg', 'ad_ctr']) {
    await page.getByText(name).first().waitFor();
  }

  assert.deepEqual(problems, []);
  await page.close();
});

test('the alert shows the formula with its numbers, the report it breaks and the log line that explains it', async () => {
  const { page, problems } = await browser.open(`${app.address}/alerts`);

  const pane = page.locator('[data-testid=alert-page]');
  await pane.getByText(`${CRASHED} restarted 1 times`).waitFor();
  await pane.getByText('restarts 1 >= 1').waitFor();
  await pane.getByText(REPORT).first().waitFor();
  await pane
    .getByText(/NumberFormatException/)
    .first()
    .waitFor();

  assert.deepEqual(problems, []);
  await page.close();
});

test('the alert explains its tick by the formula with values, and a silence by what it hushes', async () => {
  const { page, problems } = await browser.open(`${app.address}/alerts`);
  const explain = page.locator('[data-testid=explain]');
  await explain.getByText('restarts >= 1').waitFor();
  await says(explain, /restarts >= 1\s+true/);

  await page.getByRole('button', { name: 'Silence', exact: true }).click();
  await page.getByText('hushes 1 alert now').waitFor();

  assert.deepEqual(problems, []);
  await page.close();
});

test('a rule is previewed, saved, kept from a second editor and brought back', async () => {
  const { page } = await browser.open(`${app.address}/rules/new`);
  await page.getByLabel('Name', { exact: true }).first().fill('restarts, previewed');
  await page.getByLabel('Check interval (cron)').fill('* * * * *');
  await page.getByLabel('Metric', { exact: true }).fill('restarts');
  const condition = page.getByLabel('Trigger condition', { exact: true });
  await condition.fill('lag > 1 andd 2');
  await says(page.locator('.formula-wrong'), /^andd$/);
  await condition.fill('lag > 1');
  await page.locator('[data-testid=preview] .lane').first().waitFor();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.locator('[data-testid=rule-page]').waitFor();
  const address = page.url();

  const other = await browser.open(`${address}/edit`);
  await page.goto(`${address}/edit`);
  for (const [editor, interval] of [
    [page, '11m'],
    [other.page, '12m'],
  ] as const) {
    await editor.getByLabel('Alert interval').fill(interval);
    await editor.getByRole('button', { name: 'Save', exact: true }).click();
    if (editor === page) await editor.locator('[data-testid=rule-page]').waitFor();
  }
  await other.page.locator('[data-testid=conflict]').getByText('Changed by anonymous').waitFor();
  await other.page.getByRole('button', { name: 'Save mine over it' }).click();
  await other.page.locator('[data-testid=rule-page]').waitFor();

  await page.goto(`${address}/versions`);
  await page.locator('.diff-added').filter({ hasText: 'repeat_interval: 12m' }).waitFor();
  await page.locator('.version-item').nth(2).click();
  await page.getByRole('button', { name: 'Go back to this' }).click();
  await page.getByText('Saved again as the newest version').waitFor();
  await counts(page.locator('.version-item'), 4);
  await other.page.close();
  await page.close();
});

test('the job page shows its state, its SQL and its charts', async () => {
  const { page, problems } = await browser.open(`${app.address}/jobs/${CRASHED}`);

  await page.getByText('RESTARTING').first().waitFor();
  await page.getByText('FOR SYSTEM_TIME AS OF').first().waitFor();

  await page.locator('canvas').nth(2).waitFor();
  assert.deepEqual(problems, []);
  await page.close();
});
