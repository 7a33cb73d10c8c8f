/**
 * `npm test`: everything, in the order in which failures are cheapest to find. Steps of one stage run at once, each with its output as a
 * whole; a failing step does not hide the later ones, and the exit code is 1 when any failed. A missing server or browser fails the run.
 */
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { runBounded } from './support/bounded-process.ts';
import { ensureChromium } from './support/install-chromium.ts';
import { LONG_SIMULATIONS } from './support/long-simulations.ts';

const ROOT = join(import.meta.dirname, '..');
/** Three times what the longest takes on four cores: a step that takes longer hangs. */
const STEP_LIMIT_MS = 15 * 60_000;
/** For all steps together. */
const RUN_LIMIT_MS = 38 * 60_000;
/** For one file, so that a hanging one is named before its step ends. */
const FILE_LIMIT_MS = 10 * 60_000;

interface Step {
  readonly name: string;
  /** Program and arguments; may throw when what it needs is not there and cannot be fetched. */
  readonly command: () => readonly string[];
}

function program(...command: readonly string[]): Step['command'] {
  return () => command;
}

/**
 * node:test over the files of a pattern, so many at a time; a pattern that finds nothing is a mistake, not a success. A file ends with its
 * last test, also when one that failed left a server running.
 */
function nodeTests(pattern: string, concurrency: number): readonly string[] {
  const files = globSync(pattern, { cwd: ROOT }).sort();
  if (files.length === 0) throw new Error(`no test files at ${pattern}`);
  const limits = ['--test-force-exit', `--test-timeout=${FILE_LIMIT_MS}`, `--test-concurrency=${concurrency}`];
  return [process.execPath, '--test', '--test-reporter=spec', ...limits, ...files];
}

const STAGES: readonly (readonly Step[])[] = [
  [
    { name: 'types', command: program('npm', 'run', '--silent', 'types') },
    { name: 'lint', command: program('npm', 'run', '--silent', 'lint') },
    { name: 'dead code', command: program('npm', 'run', '--silent', 'knip') },
    { name: 'Flink module', command: program('mvn', '-q', '-B', '-ntp', '-f', 'flink/pom.xml', 'verify') },
    { name: 'unit and contract (embedded)', command: program('npm', 'run', '--silent', 'test:unit') },
  ],
  [
    {
      name: 'daemon and commands, long simulations',
      command: program(
        process.execPath,
        join(ROOT, 'test/unit.ts'),
        'test/{app,demo}/**/*.test.ts',
        ...LONG_SIMULATIONS,
      ),
    },
  ],
  [
    { name: 'real Kafka and Elasticsearch', command: () => nodeTests('test/{integration,servers}/**/*.test.ts', 2) },
    {
      name: 'browser',
      command: () => {
        ensureChromium();
        return nodeTests('test/ui/**/*.test.ts', 1);
      },
    },
  ],
  [{ name: 'end to end', command: () => nodeTests('test/e2e/**/*.test.ts', 3) }],
  [{ name: 'real Flink', command: () => nodeTests('test/flink/**/*.test.ts', 2) }],
];

/** Runs a step; its output appears as it comes where it runs alone, else at its end. */
async function run(step: Step, isAlone: boolean): Promise<boolean> {
  const begun = performance.now();
  const output: (string | Buffer)[] = [`\n=== ${step.name}\n`];
  const say = (text: string | Buffer): void => void (isAlone ? process.stdout.write(text) : output.push(text));
  if (isAlone) process.stdout.write(output.splice(0).join(''));
  let ok = false;
  try {
    const [name = '', ...args] = step.command();
    const limitMs = Math.max(1000, Math.min(STEP_LIMIT_MS, RUN_LIMIT_MS - performance.now()));
    ok = await runBounded({ program: name, args, cwd: ROOT, limitMs, onOutput: say });
  } catch (error) {
    say(`${(error as Error).message}\nREADME.md says what to install\n`);
  }
  const seconds = Math.round((performance.now() - begun) / 1000);
  process.stdout.write(Buffer.concat(output.map(part => Buffer.from(part))));
  process.stdout.write(`=== ${step.name}: ${ok ? 'ok' : 'FAILED'} (${seconds} s)\n`);
  return ok;
}

const failed: string[] = [];
for (const stage of STAGES) {
  const outcomes = await Promise.all(stage.map(step => run(step, stage.length === 1)));
  failed.push(...stage.filter((_, i) => !outcomes[i]).map(({ name }) => name));
}
process.stdout.write(failed.length === 0 ? '\nAll steps passed.\n' : `\nFailed: ${failed.join(', ')}\n`);
process.exitCode = failed.length === 0 ? 0 : 1;
