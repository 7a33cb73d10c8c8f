/** Lineage on a real daemon: columns, impact, ways, past, versions, health and the SQL check, as people use them. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pino } from 'pino';
import type { Page } from 'playwright-core';
import { App } from '../../app/app.ts';
import { readAppConfig } from '../../app/config.ts';
import { startBrowser, type TestBrowser, type WatchedPage } from '../support/browser.ts';
import { CLICKS, CLICKS_V2, estateRecords, ids, manyJobs, SUBMITTED, V2_AT } from '../support/lineage-estate.ts';

let dir: string;
let app: App;
let browser: TestBrowser;

async function ingest(records: readonly object[]): Promise<void> {
  const answer = await fetch(`${app.address}/api/v1/ingest/jobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: records.map(record => JSON.stringify(record)).join('\n'),
  });
  const { rejected } = (await answer.json()) as { rejected: unknown[] };
  assert.deepEqual(rejected, []);
}

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tidewatch-lineage-ui-'));
  const env = { TIDEWATCH_DATA_DIR: dir, TIDEWATCH_HTTP__PORT: '0', TIDEWATCH_LOG__LEVEL: 'silent' };
  app = new App(readAppConfig(null, env), { logger: pino({ level: 'silent' }) });
  await app.start();
  await ingest(estateRecords());
  browser = await startBrowser();
});

after(async () => {
  await browser?.close();
  await app?.stop();
  await rm(dir, { recursive: true, force: true });
});

function open(path: string, params: Readonly<Record<string, string>> = {}): Promise<WatchedPage> {
  return browser.open(`${app.address}${path}?${new URLSearchParams(params)}`);
}

function paramOf(page: Page, name: string): string | null {
  return new URL(page.url()).searchParams.get(name);
}

describe('columns', () => {
  test('a table lists its columns with their sources; one of them is drawn, values solid and conditions dashed', async () => {
    const { page, problems } = await open('/lineage', { root: ids.clicks, direction: 'both', node: ids.clicks });
    const list = page.locator('[data-testid=columns]');
    await list.waitFor();
    assert.match(
      await list.locator('tr').filter({ hasText: /^uv/ }).innerText(),
      /ods_click\.user_id\s+COUNT\(DISTINCT user_id\)/,
    );

    await list.getByRole('button', { name: 'uv' }).click();
    const path = page.locator('[data-testid=column-path]');
    await path.locator('.node-column').filter({ hasText: 'user_id' }).waitFor();
    assert.equal(paramOf(page, 'column'), `${ids.clicks}#uv`);
    assert.equal(await path.locator('.column-line-value:not([stroke-dasharray])').count(), 1);
    // channel groups, kind filters, the dimension's id and the processing time join.
    assert.equal(await path.locator('.column-line-control[stroke-dasharray]').count(), 4);

    const steps = await path.locator('[data-testid=column-steps] > li').first().innerText();
    assert.match(
      steps,
      /dwd_click\.uv\s+filled by\s+click_etl\s+COUNT[\s\S]*COUNT\(DISTINCT user_id\)[\s\S]*channel\s+group key/,
    );
    assert.match(steps, /kind\s+filter/);
    assert.deepEqual(problems, []);
    await page.close();
  });

  test('conditions can be left out, and the address says so', async () => {
    const { page } = await open('/lineage', { root: ids.clicks, column: `${ids.clicks}#uv` });
    await page.locator('.column-line-control').first().waitFor();

    await page.getByRole('button', { name: 'Conditions' }).click();

    await page.locator('.column-line-control').first().waitFor({ state: 'detached' });
    assert.equal(paramOf(page, 'control'), 'hide');
    await page.close();
  });

  test('what cannot be told in full is called open', async () => {
    const { page } = await open('/lineage', { root: ids.copy, direction: 'both', node: ids.copy });

    await page.locator('[data-testid=columns] tr').filter({ hasText: 'open' }).first().waitFor();

    await page.close();
  });

  test('the keyboard alone leads from a node to the path of a column', async () => {
    const { page } = await open('/lineage', { root: ids.clicks, direction: 'both' });
    await page.locator('.node').filter({ hasText: 'dwd_click' }).focus();
    await page.keyboard.press('Enter');
    const column = page.locator('[data-testid=columns]').getByRole('button', { name: 'uv' });
    await column.waitFor();
    await column.focus();
    await page.keyboard.press('Enter');

    await page.locator('[data-testid=column-path]').waitFor();
    await page.close();
  });
});

describe('impact', () => {
  test('dropping a column lists reports first with owners, and lights the part of the graph that is hit', async () => {
    const { page, problems } = await open('/lineage/impact', { of: ids.source, column: 'user_id' });
    const rows = page.locator('[data-testid=impact-row]');
    await rows.first().waitFor();

    assert.match(await rows.first().innerText(), /Report[\s\S]*click_board[\s\S]*ads-team/);
    assert.match(await page.locator('.impact-sum').innerText(), /Dropping ods_click\.user_id[\s\S]*hits 1 report, /);
    await page.locator('.node.tone-start').filter({ hasText: 'ods_click' }).waitFor();
    assert.ok((await page.locator('.node.tone-certain, .node.tone-possible').count()) >= 3);
    assert.deepEqual(problems, []);
    await page.close();
  });

  test('the list narrows to jobs and is downloaded as CSV', async () => {
    const { page } = await open('/lineage/impact', { of: ids.source });
    await page.getByRole('button', { name: /^Jobs/ }).click();
    await page.waitForURL(/group=job/);

    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download CSV' }).click();
    const file = await (await download).path();

    const csv = await readFile(file, 'utf8');
    assert.match(csv, /^\uFEFFkind,name,owner,certainty,distance/);
    assert.match(csv, /\r\njob,click_etl,ads-team,certain,1,/);
    assert.doesNotMatch(csv, /\r\nreport,/);
    await page.close();
  });

  test('stopping a job is asked by its name, choosing a column by the field of the table', async () => {
    const { page } = await open('/lineage/impact', { of: 'click_etl' });
    await page.getByText('Stopping click_etl').waitFor();
    assert.equal(await page.getByLabel('Column', { exact: true }).count(), 0);

    await page.locator('input[list=impact-of]').fill(ids.source);
    await page.keyboard.press('Enter');
    await page.getByLabel('Column', { exact: true }).selectOption('channel');

    await page.getByText('Dropping ods_click.channel').waitFor();
    assert.equal(paramOf(page, 'column'), 'channel');
    await page.close();
  });

  test('a name nobody knows is answered with the nearest ones', async () => {
    const { page } = await open('/lineage/impact', { of: 'clik_etl' });

    assert.match(await page.getByRole('alert').innerText(), /click_etl/);

    await page.close();
  });
});

describe('path', () => {
  test('a second end shows the ways between the two, from either side', async () => {
    const { page, problems } = await open('/lineage', { root: 'click_board' });
    await page.locator('.node').first().waitFor();

    await page.locator('input[list=lineage-ends]').fill(ids.source);
    await page.keyboard.press('Enter');

    await page.getByText(/1 shortest way of \d steps/).waitFor();
    assert.match(await page.locator('.ways').innerText(), /flows from kafka:.*ods_click to click_board/);
    assert.equal(await page.locator('.node').filter({ hasText: 'loop_a' }).count(), 0);
    assert.equal(paramOf(page, 'target'), ids.source);
    assert.deepEqual(problems, []);
    await page.close();
  });

  test('ends that do not depend on each other say so', async () => {
    const { page } = await open('/lineage', { root: 'click_board', target: 'loop_a' });

    await page.getByText('Neither depends on the other').waitFor();

    await page.close();
  });

  test('the depth is a part of the address', async () => {
    const { page } = await open('/lineage', { root: 'click_board' });
    await page.locator('.node').filter({ hasText: 'ods_click' }).waitFor();

    await page.getByLabel('Depth').selectOption('1');

    await page.locator('.node').filter({ hasText: 'ods_click' }).waitFor({ state: 'detached' });
    await page.locator('.node').filter({ hasText: 'click_board' }).waitFor();
    assert.equal(await page.locator('.node').count(), 2);
    assert.equal(paramOf(page, 'depth'), '1');
    await page.close();
  });

  test('a time range that stands still shows the graph as it was, and leads back', async () => {
    const { page, problems } = await open('/lineage', {
      root: 'click_etl',
      direction: 'both',
      from: String(SUBMITTED - 60_000),
      to: String(V2_AT - 1_000),
    });
    await page.getByText('As it was at').waitFor();
    await page.locator('.node').filter({ hasText: 'dwd_click' }).waitFor();
    assert.equal(
      await page.locator('.node').filter({ hasText: 'dim_user' }).count(),
      0,
      'looked up since version 2 only',
    );

    await page.getByRole('button', { name: 'Back to now' }).click();

    await page.locator('.node').filter({ hasText: 'dim_user' }).waitFor();
    assert.deepEqual(problems, []);
    await page.close();
  });

  test('a job that ended is faded and says so', async () => {
    const { page } = await open('/lineage', { root: 'old_copy', direction: 'both' });

    await page.locator('.node.ended').filter({ hasText: 'CANCELED' }).waitFor();

    await page.close();
  });
});

describe('versions', () => {
  test('the job page lists versions, each leads to what changed, what broke and the lines of SQL', async () => {
    const { page, problems } = await open('/jobs/click_etl');
    const card = page.locator('[data-testid=versions]');
    await card.getByText('li.na').waitFor();

    await card.getByRole('link').filter({ hasText: 'v2' }).click();
    const diff = page.locator('[data-testid=diff]');
    await diff.waitFor();

    assert.equal(paramOf(page, 'old'), '1');
    assert.equal(paramOf(page, 'new'), '2');
    assert.match(await page.locator('[data-testid=break]').first().innerText(), /dwd_click\.pv/);
    assert.match(await diff.innerText(), /looks up/);
    assert.match(await page.locator('[data-testid=diff-sql] .diff-removed').first().innerText(), /removed:/);
    assert.deepEqual(problems, []);
    await page.close();
  });

  test('the difference runs one way: turned round, what was added is removed', async () => {
    const { page } = await open('/jobs/click_etl/versions', { old: '2', new: '1' });

    await page.getByText('from version 2 to version 1').waitFor();
    const removed = await page.locator('.diff-list .diff-removed').allInnerTexts();

    assert.ok(
      removed.some(text => text.includes('dim_user')),
      removed.join(),
    );
    await page.close();
  });

  test('a job with one version says so', async () => {
    const { page } = await open('/jobs/loop_a/versions');

    await page.getByText('There is one version').waitFor();

    await page.close();
  });
});

describe('health', () => {
  const KINDS: readonly (readonly [kind: string, shows: RegExp])[] = [
    ['cycles', /loop_a[\s\S]*loop_2[\s\S]*loop_b[\s\S]*loop_1/],
    ['unread', /lonely[\s\S]*written by[\s\S]*copy_etl/],
    ['unwritten', /ods_click[\s\S]*read by[\s\S]*click_etl/],
    ['unused', /Every declared table is used|forgotten/],
    ['conflicts', /All evidence agrees/],
  ];
  for (const [kind, shows] of KINDS) {
    test(`${kind} are listed`, async () => {
      const { page, problems } = await open('/lineage/health', { kind });
      const list = page.locator('[data-testid=health]');
      await list.locator('.health-list, .state').first().waitFor();

      assert.match(await list.innerText(), shows);
      assert.deepEqual(problems, []);
      await page.close();
    });
  }

  test('leaving while the lists still load and coming back shows them', async () => {
    const { page, problems } = await open('/lineage', { root: 'click_board' });
    for (let round = 0; round < 5; round++) {
      await page.locator('.lineage-head').getByRole('link', { name: 'Health' }).click();
      await page.locator('[data-testid=health]').waitFor();
      await page.goBack();
      await page.locator('.node').first().waitFor();
    }
    assert.deepEqual(problems, []);
    await page.close();
  });

  test('an entry leads to its place in the graph', async () => {
    const { page } = await open('/lineage/health', { kind: 'unread' });
    await page.getByRole('link', { name: 'lonely' }).click();

    await page.locator('[data-testid=node-panel]').filter({ hasText: 'lonely' }).waitFor();
    await page.close();
  });
});

describe('SQL check', () => {
  test('findings stand under the line with a caret and a hint, and lead to their place', async () => {
    const { page, problems } = await open('/lineage/check');
    await page.getByLabel('SQL', { exact: true }).fill(`${CLICKS.replace('user_id)', 'usr_id)')}\nSELEC 1;`);
    const findings = page.locator('[data-testid=finding]');
    await findings.filter({ hasText: 'syntax' }).waitFor();

    const unknown = findings.filter({ hasText: 'unknown-column' }).first();
    assert.match(await unknown.innerText(), /usr_id[\s\S]*\^{6}[\s\S]*user_id/);
    assert.match(await page.locator('[data-testid=parsed]').innerText(), /Writes\s+dwd_click\s+Reads\s+ods_click/);
    await unknown.getByRole('button').click();
    const field = page.getByLabel('SQL', { exact: true });
    assert.equal(await field.evaluate(area => area.value.slice(area.selectionStart, area.selectionEnd)), 'usr_id');
    assert.ok((await page.locator('.squiggle-error').count()) >= 2);
    assert.deepEqual(problems, []);
    await page.close();
  });

  test('a short text is in the address, a long one outlives leaving and reloading', async () => {
    const { page } = await open('/lineage/check');
    const field = page.getByLabel('SQL', { exact: true });
    await field.fill('SELECT 1');
    await page.waitForURL(/\?sql=SELECT\+1$/);

    const long = `-- ${'x'.repeat(5_000)}\nSELECT 2`;
    await field.fill(long);
    await page.waitForURL(url => !url.searchParams.has('sql'));
    await page.getByText('kept in this tab only').waitFor();
    await page.reload();
    assert.equal(await page.getByLabel('SQL', { exact: true }).inputValue(), long);
    await page.getByRole('link', { name: 'Health' }).click();
    await page.locator('[data-testid=health]').waitFor();
    await page.goBack();
    assert.equal(await page.getByLabel('SQL', { exact: true }).inputValue(), long);
    await page.close();
  });

  test('a change of a running job is checked as that: what breaks downstream is named', async () => {
    const { page } = await open('/lineage/check', { job: 'click_etl' });
    await page.getByRole('button', { name: 'Load its SQL' }).click();
    await page.getByText('no errors').waitFor();
    const field = page.getByLabel('SQL', { exact: true });
    assert.equal(await field.inputValue(), CLICKS_V2);

    await field.fill(CLICKS_V2.replaceAll(', COUNT(DISTINCT user_id)', '').replace(', uv BIGINT', ''));

    await page.locator('[data-testid=finding]').filter({ hasText: 'breaking-change' }).first().waitFor();
    await page.close();
  });
});

test('every control of every part has a name', async () => {
  for (const [path, params] of [
    ['/lineage', { root: ids.clicks, direction: 'both', node: ids.clicks, column: `${ids.clicks}#uv` }],
    ['/lineage/impact', { of: ids.source, column: 'user_id' }],
    ['/lineage/health', {}],
    ['/lineage/check', { job: 'click_etl' }],
    ['/jobs/click_etl/versions', {}],
  ] as const) {
    const { page } = await open(path, params);
    await page.locator('main :is(.card, .state)').first().waitFor();
    await page.waitForLoadState('networkidle');
    const tree = await page.locator('main').ariaSnapshot();

    const nameless = tree.split('\n').filter(line => /- (button|link|textbox|combobox)( \[[^\]]*\])*:?$/.test(line));
    assert.deepEqual(nameless, [], path);
    await page.close();
  }
});

test('on a phone, in Chinese and in the dark, nothing is wider than the screen', async () => {
  const phone = await startBrowser({ viewport: { width: 390, height: 844 }, locale: 'zh-CN', colorScheme: 'dark' });
  for (const [path, params, shows] of [
    ['/lineage', { root: ids.clicks, direction: 'both', node: ids.clicks, column: `${ids.clicks}#uv` }, '条件字段'],
    ['/lineage', { root: 'click_board', target: ids.source }, '最短路径'],
    ['/lineage/impact', { of: ids.source, column: 'user_id' }, '最重要在前'],
    ['/lineage/health', { kind: 'unread' }, '没有已知读者'],
    ['/lineage/check', { sql: 'SELECT a FROM nowhere' }, '检查结果'],
    ['/jobs/click_etl/versions', {}, '对下游的破坏'],
  ] as const) {
    const { page, problems } = await phone.open(`${app.address}${path}?${new URLSearchParams(params)}`);
    await page.getByText(shows).first().waitFor();
    await page.waitForLoadState('networkidle');

    assert.equal(await page.locator('html').evaluate(root => root.scrollWidth - root.clientWidth), 0, path);
    assert.deepEqual(problems, [], path);
    await page.close();
  }
  await phone.close();
});

test('of a thousand nodes only those near the view are drawn, and scrolling brings the others', async () => {
  await ingest(manyJobs(500));
  const { page, problems } = await open('/lineage', { root: '*' });
  await page.locator('.node').first().waitFor();
  const graph = page.locator('[data-testid=graph]');
  await page.waitForLoadState('networkidle');

  assert.match((await graph.getAttribute('aria-label')) ?? '', /1,?0\d\d nodes/);
  const first = await page.locator('.node').first().innerText();
  assert.ok((await page.locator('.node').count()) < 300);
  await graph.evaluate(element => element.scrollTo({ top: element.scrollHeight, left: 0 }));
  await page
    .locator('.node')
    .filter({ hasText: first.split('\n')[0] ?? '' })
    .first()
    .waitFor({ state: 'detached' });

  assert.ok((await page.locator('.node').count()) > 0);
  assert.deepEqual(problems, []);
  await page.close();
});
