/** Keyboard, back button, deep links and what a refresh must not disturb. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../support/until.ts';
import { useHarness } from './harness.ts';
import { says } from './settled.ts';

const harness = useHarness({ fixture: { jobs: 1000 } });

test('g and a letter change the screen, ? helps, / searches, Escape leaves', async () => {
  const { page } = await harness.open('/');
  await page.locator('.headline').waitFor();

  const moves: readonly (readonly [string, RegExp])[] = [
    ['j', /\/jobs$/],
    ['l', /\/logs$/],
    ['g', /\/lineage$/],
    ['a', /\/alerts$/],
    ['o', /\/$/],
  ];
  for (const [key, address] of moves) {
    // The two count as a pair for a second only, which a slow machine may take between them.
    await until(`g ${key} leads to ${address}`, async () => {
      await page.keyboard.press('g');
      await page.keyboard.press(key);
      return address.test(page.url());
    });
  }
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });

  await page.keyboard.press('/');
  assert.equal(await page.locator('input[name=jump]').evaluate(field => field.matches(':focus')), true);
  await page.keyboard.type('gl');
  assert.match(page.url(), /\/$/, 'typing is not a command');
  await page.close();
});

test('the search of the header sends an ID to the logs and a word to the jobs', async () => {
  const { page } = await harness.open('/');
  const jump = page.locator('input[name=jump]');

  await jump.fill('application_1763000000000_0021');
  await jump.press('Enter');
  await page.waitForURL(/\/logs\?app=application_1763000000000_0021$/);

  await jump.fill('gmv');
  await jump.press('Enter');
  await page.waitForURL(/\/jobs\?q=gmv$/);
  await page.close();
});

test('back returns to the screen and its state', async () => {
  const { page } = await harness.open('/jobs?sort=in.desc&q=etl_');
  await page.locator('[data-testid=job-row]').first().getByRole('link').click();
  await page.waitForURL(/\/jobs\/[^?]+/);

  await page.goBack();

  await page.waitForURL(/sort=in\.desc&q=etl_/);
  await page.locator('[data-testid=job-row]').first().waitFor();
  assert.equal(await page.locator('.jobs-filter').inputValue(), 'etl_');
  await page.close();
});

test('a thousand jobs are a few dozen rows, worst first, and sort by a click on the column', {}, async () => {
  const { page } = await harness.open('/jobs');
  const rows = page.locator('[data-testid=job-row]');
  await rows.first().waitFor();

  await says(page.locator('.jobs-header'), /1000 jobs/);
  assert.ok((await rows.count()) < 80);
  assert.match(await rows.first().innerText(), /dwd_user_profile/);

  await page.getByRole('button', { name: /^Restarts/ }).click();
  await page.waitForURL(/sort=restarts\.desc/);
  await says(rows.first(), /14/);
  await page.close();
});

test('a refresh keeps the scroll position and the focus', async () => {
  const { page } = await harness.open('/jobs');
  await page.locator('[data-testid=job-row]').first().waitFor();
  const scroller = page.locator('.jobs-scroll');
  await scroller.evaluate(element => element.scrollTo({ top: 9000 }));
  const link = page.locator('[data-testid=job-row] a').nth(20);
  await link.focus();
  const name = await link.innerText();

  // Pausing and resuming refreshes at once; the clicks are dispatched so that they do not move the focus.
  const answered = page.waitForResponse(/\/api\/v1\/jobs$/);
  await page.locator('.live').dispatchEvent('click');
  await page.locator('.live').dispatchEvent('click');
  await answered;

  assert.equal(await scroller.evaluate(element => element.scrollTop), 9000);
  assert.equal(await page.locator('[data-testid=job-row] a:focus').innerText(), name);
  await page.close();
});

test('every number explains itself to the pointer and to the keyboard', async () => {
  const { page } = await harness.open('/');
  const age = page.locator('[data-testid=report] [data-tip]').filter({ hasText: 'behind' }).first();

  await age.hover();

  const tip = page.getByRole('tooltip');
  await tip.waitFor();
  assert.match(await tip.innerText(), /\d ms[\s\S]*Between[\s\S]*Sum of the lags/);
  assert.match((await age.getAttribute('aria-description')) ?? '', /Between/);
  await page.close();
});

test('the theme follows the system, is switched by hand and remembered', async () => {
  const { page } = await harness.open('/');
  const theme = (): Promise<string | null> => page.locator('html').getAttribute('data-theme');
  assert.equal(await theme(), 'light');

  await page.getByRole('button', { name: 'Dark theme' }).click();
  await until('it is dark', async () => (await theme()) === 'dark');
  await page.reload();
  await until('it is dark again', async () => (await theme()) === 'dark');

  await page.getByRole('button', { name: 'Light theme' }).click();
  await until('the choice is forgotten', () => page.evaluate('localStorage.getItem("tidewatch.theme") === null'));
  await page.close();
});

test('lineage: a click on a node shows its neighbours, and the whole estate is one choice away', {}, async () => {
  const { page, problems } = await harness.open('/lineage?root=push_reach');
  const node = page.locator('.node').filter({ hasText: 'agg_push_1m' });

  await node.click();
  await page.locator('[data-testid=node-panel]').filter({ hasText: 'dwd_push' }).waitFor();
  await page.waitForURL(/node=job/);
  await page.locator('[data-testid=waterfall]').waitFor();
  let sum = 0;
  const isWhole = async (): Promise<boolean> => {
    const shares = await page.locator('.hop-share').allInnerTexts();
    sum = shares.reduce((total, text) => total + (Number.parseFloat(text) || 0), 0);
    return sum > 95 && sum < 101;
  };
  await until('the shares add up to the whole', isWhole, undefined, () => sum);

  await page.getByRole('button', { name: 'The whole estate' }).click();
  await page.locator('.node').filter({ hasText: 'game_dau' }).first().waitFor();
  await until('all of it is drawn', async () => (await page.locator('.node').count()) > 60);
  assert.deepEqual(problems, []);
  await page.close();
});
