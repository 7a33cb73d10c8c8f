/**
 * What `npm pack` makes runs where nothing of the checkout is: compiled files below `node_modules`, runtime dependencies only, the
 * worker threads included.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { before, test } from 'node:test';
import { Daemon, scratchDir, startDaemon, writeConfig } from '../support/daemon.ts';
import { until } from '../support/until.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
};

const dir = scratchDir();
const installed = join(dir, 'node_modules', 'tidewatch');
const program = join(installed, 'bin', 'tidewatch.mjs');
let files: readonly string[];

/** Runs a program to its end; its output when it fails. */
function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  assert.equal(status, 0, `${command} ${args.join(' ')}: ${error?.message ?? ''}${stdout}${stderr}`);
  return stdout;
}

before(() => {
  run('npm', ['run', '--silent', 'build:dist'], ROOT);
  if (!existsSync(join(ROOT, 'web', 'ui', 'dist', 'index.html'))) run('npm', ['run', '--silent', 'build:ui'], ROOT);
  run('npm', ['pack', '--ignore-scripts', '--pack-destination', dir], ROOT);
  const tarball = join(dir, `tidewatch-${manifest.version}.tgz`);
  files = run('tar', ['-tzf', tarball], dir)
    .trim()
    .split('\n')
    .map(f => f.replace(/^package\//, ''));
  mkdirSync(installed, { recursive: true });
  run('tar', ['-xzf', tarball, '-C', installed, '--strip-components=1'], dir);
  for (const name of Object.keys(manifest.dependencies)) {
    const link = join(dir, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), link, 'dir');
  }
});

test('the package holds the programs, the interface, an example configuration, and nothing else', () => {
  for (const file of [
    'package.json',
    'README.md',
    'bin/tidewatch.mjs',
    'dist/app/cli.js',
    'dist/store/sqlite/log-worker.js',
    'dist/store/sqlite/metric-worker.js',
    'web/ui/dist/index.html',
    'config/tidewatch.example.yaml',
  ]) {
    assert.ok(files.includes(file), file);
  }
  assert.deepEqual(
    files.filter(
      f =>
        !/^(package\.json|README\.md|LICENSE|bin\/|dist\/.*\.js$|web\/ui\/dist\/|config\/tidewatch\.example\.yaml)/.test(
          f,
        ),
    ),
    [],
  );
  assert.deepEqual(
    files.filter(f => /^dist\/(test|bench)\//.test(f)),
    [],
  );
});

test('it says its version and checks the example configuration', () => {
  assert.equal(run(process.execPath, [program, '--version'], dir), `${manifest.version}\n`);
  const example = join(installed, 'config', 'tidewatch.example.yaml');
  assert.match(run(process.execPath, [program, 'check-config', '--config', example], dir), /^ok: /);
});

test('it starts, takes a line and a point in, finds them, serves the page and stops', async () => {
  const daemon = await startDaemon(writeConfig(dir, 'package', { http: { port: 0 }, data_dir: 'data' }), program);
  const ts = Date.now();

  const logs = await daemon.post<{ accepted: number }>(
    '/api/v1/ingest/logs',
    JSON.stringify({ ts, level: 'INFO', message: 'packed light' }),
  );
  const metrics = await daemon.post<{ accepted: number }>(
    '/api/v1/ingest/metrics',
    JSON.stringify({ ts, name: 'packed', value: 7 }),
  );
  const found = await daemon.get<{ items: { message: string }[] }>('/api/v1/logs/search?q=light');
  const { series } = await daemon.get<{ series: { points: [number, number][] }[] }>(
    '/api/v1/metrics/query?metric=packed',
  );
  const page = await (await fetch(`${daemon.url}/`)).text();
  const { code } = await daemon.stop();

  assert.deepEqual([logs.body.accepted, metrics.body.accepted], [1, 1]);
  assert.deepEqual(
    found.items.map(i => i.message),
    ['packed light'],
  );
  assert.deepEqual(series[0]?.points, [[ts, 7]]);
  assert.match(page, /<script type="module"/);
  assert.equal(code, 0, daemon.output);
});

test('its demo runs', async () => {
  const demo = new Daemon(
    ['demo', '--config', writeConfig(dir, 'demo', { http: { port: 0 }, data_dir: 'demo-data' })],
    program,
  );

  const jobs = await until(
    'the demo’s jobs',
    async () => {
      if (demo.hasExited) throw new Error(`the demo ended early:\n${demo.output}`);
      if (demo.url === '') return null;
      const { items } = await demo.get<{ items: object[] }>('/api/v1/jobs');
      return items.length >= 30 ? items : null;
    },
    180_000,
  );
  const { code } = await demo.stop();

  assert.ok(jobs.length >= 30);
  assert.equal(code, 0, demo.output);
});
