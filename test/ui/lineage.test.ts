/** Lineage on a real daemon: columns, impact, ways, past and versions, as people use them. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { ids, SUBMITTED, V2_AT } from '../support/lineage-estate.ts';
import { until } from '../support/until.ts';
import { lineageScreens, paramOf } from './lineage-screens.ts';
import { counts, says } from './settled.ts';

const { open } = lineageScreens();

describe('columns', () => {
  test('a table lists its columns with their sources; one of them is drawn, values solid and conditions dashed', async () => {
    const { page, problems } = await open('/lineage', { root: ids.clicks, direction: 'both', node: ids.clicks });
    const list = page.locator('[data-testid=columns]');
    await list.waitFor();
    await says(list.locator('tr').filter({ hasText: /^uv/ }), /ods_click\.user_id\s+COUNT\(DISTINCT user_id\)/);

    await list.getByRole('button', { name: 'uv' }).click();
    const path = page.locator('[data-testid=column-path]');
    await path.locator('.node-column').filter({ hasText: 'user_id' }).waitFor();
    assert.equal(paramOf(page, 'column'), `${ids.clicks}#uv`);
    await counts(path.locator('.column-line-value:not([stroke-dasharray])'), 1);
    // channel groups, kind filters, the dimension's id and the processing time join.
    await counts(path.locator('.column-line-control[stroke-dasharray]'), 4);

    await says(
      path.locator('[data-testid=column-steps] > li').first(),
      /dwd_click\.uv\s+filled by\s+click_etl\s+COUNT[\s\S]*COUNT\(DISTINCT user_id\)[\s\S]*channel\s+group key/,
      /kind\s+filter/,
    );
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

    await says(rows.first(), /Report[\s\S]*click_board[\s\S]*ads-team/);
    await says(page.locator('.impact-sum'), /Dropping ods_click\.user_id[\s\S]*hits 1 report, /);
    await page.locator('.node.tone-start').filter({ hasText: 'ods_click' }).waitFor();
    const lit = page.locator('.node.tone-certain, .node.tone-possible');
    await until('the nodes that are hit are lit', async () => (await lit.count()) >= 3);
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
    await says(page.locator('.ways'), /flows from kafka:.*ods_click to click_board/);
    await counts(page.locator('.node').filter({ hasText: 'loop_a' }), 0);
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
    await counts(page.locator('.node'), 2);
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
    await says(page.locator('[data-testid=break]').first(), /dwd_click\.pv/);
    await says(diff, /looks up/);
    await says(page.locator('[data-testid=diff-sql] .diff-removed').first(), /removed:/);
    assert.deepEqual(problems, []);
    await page.close();
  });

  test('the difference runs one way: turned round, what was added is removed', async () => {
    const { page } = await open('/jobs/click_etl/versions', { old: '2', new: '1' });

    await page.getByText('from version 2 to version 1').waitFor();
    await page.locator('.diff-list .diff-removed').filter({ hasText: 'dim_user' }).first().waitFor();
    await page.close();
  });

  test('a job with one version says so', async () => {
    const { page } = await open('/jobs/loop_a/versions');

    await page.getByText('There is one version').waitFor();

    await page.close();
  });
});
