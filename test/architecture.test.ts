/** Keeps the import table and the time rule of docs/STYLE.md true; a violation names the file and the line. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '..');

/** Folder -> folders it may import besides itself; `(types)` allows `import type` only. */
const ALLOWED: Record<string, readonly string[]> = {
  model: [],
  config: ['model'],
  store: ['model'],
  collector: ['model', 'store'],
  lineage: ['model', 'store'],
  alerting: ['model', 'store'],
  reporters: ['model', 'store', 'alerting(types)'],
  'web/api': ['model', 'store', 'lineage', 'alerting', 'collector'],
  'web/ui': ['web/api(types)'],
  demo: ['model'],
};

/** web/api may use of collector only the push source and its ports. */
const API_FROM_COLLECTOR = new Set(['collector/push-source.ts', 'collector/source.ts']);

function folderOf(file: string): string {
  const [top, second] = file.split('/');
  return top === 'web' ? `web/${second}` : (top ?? '');
}

function* imports(file: string): Generator<{ line: number; target: string; typeOnly: boolean }> {
  const text = readFileSync(join(root, file), 'utf8');
  for (const match of text.matchAll(
    /^(import|export)\s+(type\s+)?[^;]*?from\s+['"](\.[^'"]+)['"]|import\(['"](\.[^'"]+)['"]\)/gm,
  )) {
    const target = match[3] ?? match[4] ?? '';
    const line = text.slice(0, match.index).split('\n').length;
    yield { line, target: normalize(join(dirname(file), target)), typeOnly: match[2] !== undefined };
  }
}

const files = globSync('{model,config,store,collector,lineage,alerting,reporters,web/api,web/ui,demo}/**/*.{ts,tsx}', {
  cwd: root,
})
  .map(f => f.replaceAll('\\', '/'))
  .filter(f => !f.includes('/dist/') && !f.includes('node_modules'));

test('every folder imports only what the table allows', () => {
  const violations: string[] = [];
  for (const file of files) {
    const from = folderOf(file);
    const allowed = ALLOWED[from] ?? [];
    for (const { line, target, typeOnly } of imports(file)) {
      const to = folderOf(target);
      const ok =
        to === from ||
        (allowed.includes(to) && (from !== 'web/api' || to !== 'collector' || API_FROM_COLLECTOR.has(target))) ||
        (typeOnly && allowed.includes(`${to}(types)`));
      if (!ok) violations.push(`${file}:${line} imports ${target}`);
    }
  }
  assert.ok(files.length > 20, 'the glob found the sources');
  assert.deepEqual(violations, []);
});

test('only model/clock.ts and app/ read the clock or set timers', () => {
  const violations: string[] = [];
  for (const file of files) {
    if (file === 'model/clock.ts' || file.startsWith('web/ui/')) continue;
    const lines = readFileSync(join(root, file), 'utf8').split('\n');
    lines.forEach((line, i) => {
      const code = line.replace(/\/\/.*$|^\s*\*.*$|\/\*\*.*\*\//, '');
      if (/\bDate\.now\(|\bnew Date\(\)|\bset(Timeout|Interval)\(|node:timers/.test(code))
        violations.push(`${file}:${i + 1}`);
    });
  }
  assert.deepEqual(violations, []);
});

test('tests that share a process have their hooks for each test within a describe', () => {
  // At the top of a file these would run around the tests of every file of the process.
  const files = globSync('test/{model,config,collector,store,lineage,alerting,reporters,web,app,demo}/**/*.test.ts', {
    cwd: root,
  });
  const wrong = files.filter(file => /^(beforeEach|afterEach)\(/m.test(readFileSync(join(root, file), 'utf8')));
  assert.deepEqual(wrong, []);
});
