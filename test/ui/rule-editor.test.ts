/** The rule editor: form and text are one document, mistakes are shown where they are, and nobody's change is lost. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../support/until.ts';
import { useHarness } from './harness.ts';
import { counts, says } from './settled.ts';

const harness = useHarness();
const CONDITION = 'Trigger condition';

test('the form has every field in the words of its users', async () => {
  const { page, problems } = await harness.open('/rules/r1/edit');
  await page.getByRole('button', { name: 'Switch to Chinese' }).click();

  for (const word of [
    '状态',
    '级别',
    '检测间隔（crontab）',
    '告警间隔',
    '检测时长',
    '不聚合的维度',
    '触发条件',
    '接收人',
  ])
    await page.getByLabel(word, { exact: true }).first().waitFor();
  await counts(page.getByLabel('N 分钟前'), 2);
  await counts(page.getByRole('group', { name: '维度值过滤', exact: true }), 1);
  assert.deepEqual(problems, []);
  await page.evaluate('localStorage.clear()');
  await page.close();
});

test('a change in the form is in the text, and one in the text is in the form', async () => {
  const { page, problems } = await harness.open('/rules/r1/edit?side=yaml');
  const text = page.getByLabel('Document as text');
  await text.waitFor();

  await page.getByLabel('Alert interval').fill('59m');
  await until('the text follows', async () => /repeat_interval: 59m/.test(await text.inputValue()));

  await text.fill((await text.inputValue()).replace('name: ostream_lag', 'name: renamed'));
  const name = page.getByLabel('Name', { exact: true }).first();
  await until('the form follows', async () => (await name.inputValue()) === 'renamed');
  assert.deepEqual(problems, []);
  await page.close();
});

test('text that cannot be read stays as typed, with the reason, and the form keeps the last document', async () => {
  const { page } = await harness.open('/rules/r1/edit?side=json');
  const text = page.getByLabel('Document as text');
  await text.waitFor();

  await text.fill('{"name": ');

  await page.getByText('This text cannot be read').waitFor();
  assert.equal(await text.inputValue(), '{"name": ');
  assert.equal(await page.getByLabel('Name', { exact: true }).first().inputValue(), 'ostream_lag');
  await page.close();
});

test('a mistake in a formula is underlined at its place', async () => {
  const { page } = await harness.open('/rules/r1/edit');
  const condition = page.getByLabel(CONDITION, { exact: true });
  await condition.fill('lag > 1 andd lag < 2');

  const mark = page.locator('.formula-wrong');

  await says(mark, /^andd$/);
  assert.equal(await condition.getAttribute('aria-invalid'), 'true');
  await page.close();
});

test('the preview says what would have fired and been told, and which group is a part of the address', async () => {
  const { page } = await harness.open('/rules/r1/edit');
  const preview = page.locator('[data-testid=preview]');
  await preview.getByText('4 notifications').waitFor();

  await says(preview.locator('.lane').first(), /dwd_order_wide/);
  await counts(preview.locator('.band-firing'), 1);
  await preview.locator('.lane').nth(1).click();

  await page.waitForURL(/group=.*etl_pay_clean/);
  await counts(page.locator('[data-testid=next-runs] .pill'), 5);
  await page.close();
});

test('a new rule is previewed before it has a name, and asked for one when it is saved', async () => {
  const { page, problems } = await harness.open('/rules/new');
  await page.locator('[data-testid=preview]').waitFor();
  assert.equal(await page.locator('.field-wrong').count(), 0);
  assert.deepEqual(problems, []);

  await page.getByRole('button', { name: 'Save', exact: true }).click();

  await page.locator('.field-wrong').filter({ hasText: 'a rule needs a name' }).waitFor();
  await page.getByLabel('Name', { exact: true }).first().fill('named');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.locator('[data-testid=rule-page]').getByRole('heading', { name: 'named' }).waitFor();
  await page.close();
});

test('metric names are completed from the catalog', async () => {
  const { page } = await harness.open('/rules/new');
  await page.locator('#rule-metrics option[value=restarts]').waitFor({ state: 'attached' });

  assert.equal(await page.getByLabel('Metric', { exact: true }).getAttribute('list'), 'rule-metrics');
  await page.close();
});

test('a test of the receivers asks every channel behind them and tells each answer', async () => {
  const { page } = await harness.open('/rules/r1/edit');
  await page.getByRole('button', { name: 'Send a test to them' }).click();

  const answers = page.locator('[data-testid=test-receivers] [data-testid=test-outcome]');
  await answers.nth(1).waitFor();

  assert.match(await answers.nth(0).innerText(), /dw-oncall-mail took the test message/);
  assert.match(await answers.nth(1).innerText(), /refused it for good[\s\S]*sign not match[\s\S]*check the secret/);
  await page.close();
});

test('a rule changed by somebody else meanwhile is shown against mine, and saved over it only when told', async () => {
  const { page } = await harness.open('/rules/r1/edit');
  await page.getByLabel('Look-back window', { exact: true }).first().fill('45m');
  const theirs = await fetch(`${harness.url}/api/v1/rules/r1`).then(answer => answer.json());
  await fetch(`${harness.url}/api/v1/rules/r1`, {
    method: 'PUT',
    headers: { 'if-match': `"${theirs.version}"` },
    body: JSON.stringify({ ...theirs, repeat_interval: '10m' }),
  });

  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const conflict = page.locator('[data-testid=conflict]');
  await conflict.getByText('Changed by me').waitFor();
  await conflict.locator('.diff-removed').filter({ hasText: 'repeat_interval: 10m' }).waitFor();
  await conflict.locator('.diff-added').filter({ hasText: 'window: 45m' }).waitFor();
  await conflict.getByRole('button', { name: 'Save mine over it' }).click();

  await page.locator('[data-testid=rule-page]').waitFor();
  const saved = await fetch(`${harness.url}/api/v1/rules/r1`).then(answer => answer.json());
  assert.deepEqual([saved.window, saved.repeat_interval], ['45m', '29m']);
  await page.close();
});

test('an earlier version is shown with its change and saved again', async () => {
  const { page, problems } = await harness.open('/rules/r4/versions');
  await page.locator('.version-item').nth(1).click();
  await page.getByRole('button', { name: 'Go back to this' }).click();

  await page.getByText('Saved again as the newest version').waitFor();

  const saved = await fetch(`${harness.url}/api/v1/rules/r4`).then(answer => answer.json());
  assert.equal(saved.condition, 'lag > 600000');
  assert.deepEqual(problems, []);
  await page.close();
});

test('a generated rule says that it can be brought back, and is', async () => {
  const { page } = await harness.open('/rules/r2');
  await page.locator('[data-testid=origin-note]').getByRole('button').click();

  await page.locator('[data-testid=origin-note] button').waitFor({ state: 'detached' });
  await page.close();
});

test('a file’s rule has no editor but can be copied', async () => {
  const { page } = await harness.open('/rules/r3');
  await page.getByText('comes from the file rules/push.yaml').waitFor();
  assert.equal(await page.getByRole('link', { name: 'Edit' }).count(), 0);

  await page.getByRole('link', { name: 'Duplicate' }).click();

  await page.waitForURL(/\/rules\/new\?copy=r3$/);
  await page.locator('[data-testid=rule-editor]').waitFor();
  assert.equal(await page.getByLabel('Name', { exact: true }).first().inputValue(), 'push_lag copy');
  await page.close();
});
