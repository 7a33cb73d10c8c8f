/**
 * `npm test`: everything, in the order in which failures are cheapest to find. Each step's own output is shown; the first failing
 * step does not hide the later ones, and the exit code is 1 when any failed. A missing server or browser fails the run.
 */
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { ensureChromium } from './support/install-chromium.ts';

const root = join(import.meta.dirname, '..');

interface Step {
  readonly name: string;
  readonly run: () => boolean;
}

function command(program: string, ...args: string[]): () => boolean {
  return () => {
    const { status, error } = spawnSync(program, args, { cwd: root, stdio: 'inherit' });
    if (error) process.stdout.write(`${program} cannot be run (${error.message}); README.md says what to install\n`);
    return status === 0;
  };
}

/** One node:test process over the files of a pattern; a pattern that finds nothing is a mistake, not a success. */
function nodeTests(patterns: readonly string[], concurrency: number): () => boolean {
  return () => {
    const files = patterns.flatMap(p => globSync(p, { cwd: root })).sort();
    if (files.length === 0) throw new Error(`no test files at ${patterns.join(', ')}`);
    return command(process.execPath, '--test', '--test-reporter=spec', `--test-concurrency=${concurrency}`, ...files)();
  };
}

const steps: readonly Step[] = [
  { name: 'types', run: command('npm', 'run', '--silent', 'types') },
  { name: 'lint', run: command('npm', 'run', '--silent', 'lint') },
  { name: 'dead code', run: command('npm', 'run', '--silent', 'knip') },
  { name: 'Flink module', run: command('mvn', '-q', '-B', '-ntp', '-f', 'flink/pom.xml', 'verify') },
  { name: 'unit and contract (embedded)', run: command('npm', 'run', '--silent', 'test:unit') },
  {
    name: 'daemon and commands',
    run: command(process.execPath, join(root, 'test/unit.ts'), 'test/{app,demo}/**/*.test.ts'),
  },
  { name: 'real Kafka and Elasticsearch', run: nodeTests(['test/integration/**/*.test.ts'], 2) },
  { name: 'end to end', run: nodeTests(['test/e2e/**/*.test.ts'], 1) },
  { name: 'real Flink', run: nodeTests(['test/flink/**/*.test.ts'], 1) },
  {
    name: 'browser',
    run: () => {
      ensureChromium();
      return nodeTests(['test/ui/**/*.test.ts'], 1)();
    },
  },
];

const failed: string[] = [];
for (const step of steps) {
  process.stdout.write(`\n=== ${step.name}\n`);
  const begun = performance.now();
  let ok = false;
  try {
    ok = step.run();
  } catch (error) {
    process.stdout.write(`${(error as Error).message}\n`);
  }
  process.stdout.write(
    `=== ${step.name}: ${ok ? 'ok' : 'FAILED'} (${Math.round((performance.now() - begun) / 1000)} s)\n`,
  );
  if (!ok) failed.push(step.name);
}
process.stdout.write(failed.length === 0 ? '\nAll steps passed.\n' : `\nFailed: ${failed.join(', ')}\n`);
process.exitCode = failed.length === 0 ? 0 : 1;
