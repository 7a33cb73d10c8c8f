/** `tidewatch logs` against a running daemon. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { logs as command } from '../../../app/commands/logs.ts';
import { until } from '../../support/until.ts';
import { openSite, type RunningApp, startApp } from '../app-fixture.ts';
import { cli, ROOT } from '../run-cli.ts';

const MINUTE = 60_000;
const stack = 'java.lang.OutOfMemoryError: heap\n\tat com.demo.Udf.eval(Udf.java:1)';

describe('tidewatch logs', { timeout: 400_000, concurrency: 3 }, () => {
  let running: RunningApp;
  const children: ChildProcess[] = [];
  /** Of the first line; taken when the tests run, which may be long after this file is loaded. */
  let started: number;

  before(async () => {
    running = await startApp(openSite().config());
    started = Date.now() - 10 * MINUTE;
    const rows = Array.from({ length: 9 }, (_, i) => ({
      ...{ ts: started + i * MINUTE, level: 'INFO', message: `step ${i + 1}`, logger: 'a.b.C' },
      ...{ job_name: 'etl', container_id: 'container_e05_1_2_01_000002' },
    }));
    const broken = { level: 'ERROR', exception: { class: 'java.lang.OutOfMemoryError', message: 'heap', stack } };
    await running.take('logs', ...rows.map((row, i) => (i === 4 ? { ...row, ...broken } : row)));
    await running.take('logs', { ts: started, level: 'WARN', message: 'elsewhere', job_name: 'other' });
  });
  after(async () => {
    for (const child of children) child.kill('SIGKILL');
    await running?.app.stop();
  });

  const logs = (...args: readonly string[]) => cli(['logs', ...args, '--url', running.app.address, '--zone', 'UTC']);
  const messages = (out: string): readonly string[] =>
    out
      .trim()
      .split('\n')
      .map(text => (JSON.parse(text) as { message: string }).message);

  test('search prints what is found oldest first, traces folded below their line', async () => {
    const { code, out, err } = await logs('search', 'step', '--job', 'etl', '--limit', '5');
    assert.equal(code, 0, err);
    const [first = '', trace, frame, second] = out.split('\n');
    assert.match(
      first,
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} ERROR etl container_e05_1_2_01_000002 a\.b\.C - step 5$/,
    );
    assert.deepEqual([trace, frame], ['java.lang.OutOfMemoryError: heap', '    at com.demo.Udf.eval(Udf.java:1)']);
    assert.match(second ?? '', / INFO {2}etl .* - step 6$/);
    assert.equal(err, 'the newest 5 of 9 lines; --limit shows more\n');
  });

  test('every filter narrows it; --json is one document a line', async () => {
    const json = async (...args: readonly string[]) => messages((await logs('search', '--json', ...args)).out);
    assert.deepEqual(await json('--level', '>=WARN'), ['elsewhere', 'step 5']);
    assert.deepEqual(await json('OutOfMemoryError', 'job:etl'), ['step 5']);
    assert.deepEqual(await json('--container', 'container_e05*', '--to', `${started + 1}`), ['step 1']);
    assert.deepEqual(await json('step', '--from', '9m', '--limit', '2'), ['step 8', 'step 9']);
  });

  test('--context shows the lines around, the found ones marked', async () => {
    const { out } = await logs('search', '"step 2" OR "step 3" OR "step 7"', '--context', '1');
    const shown = out
      .trimEnd()
      .split('\n')
      .map(text => (text === '--' ? text : `${text[0]}${text.slice(-1)}`));
    assert.deepEqual(shown, [' 1', '>2', '>3', ' 4', '--', ' 6', '>7', ' 8']);
    const json = await logs('search', '"step 7"', '--context', '1', '--json');
    assert.deepEqual(
      json.out
        .trim()
        .split('\n')
        .map(text => (JSON.parse(text) as { match: boolean }).match),
      [false, true, false],
    );
  });

  test('nothing found is no failure, and says so', async () => {
    const { code, out, err } = await logs('search', 'nowhere');
    assert.deepEqual([code, out], [0, '']);
    assert.match(err, /^no line is found/);
  });

  const WRONG: readonly (readonly [sentence: string, args: readonly string[], message: RegExp])[] = [
    ['neither search nor tail', ['find'], /logs needs "search \[QUERY\]" or "tail/],
    ['a query that cannot be read', ['search', '(a'], /answers 422: this \( is not closed/],
    ['a field nobody knows', ['search', 'colour:red'], /there is no field "colour"/],
    ['an end before the beginning', ['search', '--from', '1h', '--to', '2h'], /--from lies after --to/],
    ['too many lines', ['search', '--limit', '10001'], /--limit 10001: expected a whole number from 1 to 10000/],
    ['too many lines with context', ['search', '--context', '3', '--limit', '201'], /from 1 to 200/],
    ['a scope nobody knows', ['search', '--context', '3', '--scope', 'host'], /expected container, job, all/],
    ['a tail of half a line', ['tail', '--lines', '1.5'], /--lines 1\.5: expected a whole number from 0 to 1000/],
    ['a time of the future for a tail', ['tail', '--from', '1h'], /--from/],
  ];
  for (const [sentence, args, message] of WRONG) {
    test(`${sentence} is usage`, async () => {
      await assert.rejects(command([...args, '--url', running.app.address], Date.now()), message);
    });
  }

  /** A tail of its own, with what it has printed so far. */
  function tail(...args: readonly string[]) {
    const child = spawn(
      process.execPath,
      [join(ROOT, 'app', 'cli.ts'), 'logs', 'tail', '--url', running.app.address, '--json', ...args],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    children.push(child);
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => void (out += text));
    return { child, ended: once(child, 'exit'), out: () => out };
  }

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    test(`tail tells the last lines, then what comes, and ends at ${signal} with 0`, async () => {
      const { child, ended, out } = tail('--job', signal, '--lines', '1');
      await running.take('logs', { ts: Date.now(), level: 'INFO', message: `${signal} one`, job_name: signal });
      await until('the first line', () => out().includes(`${signal} one`));
      await running.take('logs', { ts: Date.now(), level: 'INFO', message: `${signal} two`, job_name: signal });
      await until('the second line', () => out().includes(`${signal} two`));
      // A terminal and the process that started this one may both send it.
      child.kill(signal);
      child.kill(signal);
      assert.deepEqual(await ended, [0, null]);
      assert.deepEqual(messages(out()), [`${signal} one`, `${signal} two`]);
    });
  }

  test('tail ends with 0 when nobody reads on', async () => {
    const { child, ended, out } = tail('--job', 'other', '--lines', '1');
    await until('the last line there is', () => out() !== '');
    child.stdout.destroy();
    await running.take('logs', { ts: Date.now(), level: 'INFO', message: 'unread', job_name: 'other' });
    assert.deepEqual(await ended, [0, null]);
  });
});
