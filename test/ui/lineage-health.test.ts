/** Lineage on a real daemon: health and the SQL check, and what holds for all its screens. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { startBrowser } from '../support/browser.ts';
import { CLICKS, CLICKS_V2, ids, manyJobs } from '../support/lineage-estate.ts';
import { until } from '../support/until.ts';
import { lineageScreens } from './lineage-screens.ts';
import { says } from './settled.ts';

const screens = lineageScreens();
const { open, ingest } = screens;

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
      await says(page.locator('[data-testid=health]'), shows);
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
    await says(unknown, /usr_id[\s\S]*\^{6}[\s\S]*user_id/);
    await says(page.locator('[data-testid=parsed]'), /Writes\s+dwd_click\s+Reads\s+ods_click/);
    await unknown.getByRole('button').click();
    const field = page.getByLabel('SQL', { exact: true });
    const selected = () => field.evaluate(area => area.value.slice(area.selectionStart, area.selectionEnd));
    await until('the place is selected', async () => (await selected()) === 'usr_id');
    await until('both mistakes are underlined', async () => (await page.locator('.squiggle-error').count()) >= 2);
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
    await until('the SQL is there', async () => (await field.inputValue()) === CLICKS_V2);

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

test('on a phone, in Chinese and in the dark, nothing is wider than the screen', async t => {
  const phone = await startBrowser({ viewport: { width: 390, height: 844 }, locale: 'zh-CN', colorScheme: 'dark' });
  t.after(() => phone.close());
  for (const [path, params, shows] of [
    ['/lineage', { root: ids.clicks, direction: 'both', node: ids.clicks, column: `${ids.clicks}#uv` }, '条件字段'],
    ['/lineage', { root: 'click_board', target: ids.source }, '最短路径'],
    ['/lineage/impact', { of: ids.source, column: 'user_id' }, '最重要在前'],
    ['/lineage/health', { kind: 'unread' }, '没有已知读者'],
    ['/lineage/check', { sql: 'SELECT a FROM nowhere' }, '检查结果'],
    ['/jobs/click_etl/versions', {}, '对下游的破坏'],
  ] as const) {
    const { page, problems } = await phone.open(`${screens.address}${path}?${new URLSearchParams(params)}`);
    await page.getByText(shows).first().waitFor();
    await page.waitForLoadState('networkidle');

    assert.equal(await page.locator('html').evaluate(root => root.scrollWidth - root.clientWidth), 0, path);
    assert.deepEqual(problems, [], path);
    await page.close();
  }
});

test('of a thousand nodes only those near the view are drawn, and scrolling brings the others', async () => {
  await ingest(manyJobs(500));
  const { page, problems } = await open('/lineage', { root: '*' });
  await page.locator('.node').first().waitFor();
  const graph = page.locator('[data-testid=graph]');
  await page.waitForLoadState('networkidle');

  await until('all are known', async () => /1,?0\d\d nodes/.test((await graph.getAttribute('aria-label')) ?? ''));
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
