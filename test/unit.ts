/**
 * `npm run test:unit`: the quick loop. Files share processes, a few to each, because starting one and loading what it tests takes longer than
 * most files run; as many processes at a time as there are processors. Arguments are patterns of files; without any, all that start
 * neither a daemon nor a command.
 */
import { globSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { runBounded } from './support/bounded-process.ts';

const ROOT = join(import.meta.dirname, '..');
const UNIT = [
  'test/{model,config,collector,store,lineage,alerting,reporters,web}/**/*.test.ts',
  'test/architecture.test.ts',
];
const FILES_A_PROCESS = 16;
/** What processes compile they share, and the next run has it. */
process.env['NODE_COMPILE_CACHE'] ??= join(ROOT, 'node_modules/.cache/compiled');
/** A process takes seconds; one that takes longer hangs. */
const LIMIT_MS = 8 * 60_000;
/** Of the output of a process that failed without a list of failures. */
const FAILURE_CHARS = 5000;

const patterns = process.argv.length > 2 ? process.argv.slice(2) : UNIT;
const files = patterns.flatMap(pattern => globSync(pattern, { cwd: ROOT }));
if (files.length === 0) throw new Error(`no test files at ${patterns.join(', ')}`);

/** Large files first, one to each group in turn, so that no group has all of them. */
function grouped(): string[][] {
  const bySize = files.toSorted((a, b) => statSync(join(ROOT, b)).size - statSync(join(ROOT, a)).size);
  const groups: string[][] = Array.from({ length: Math.ceil(files.length / FILES_A_PROCESS) }, () => []);
  for (const [i, file] of bySize.entries()) groups[i % groups.length]!.push(file);
  return groups;
}

interface Outcome {
  readonly ok: boolean;
  readonly tests: number;
  /** What the reporter says of the failures, at the end of its output. */
  readonly failures: string;
}

/** Runs one group; its output appears as a whole. */
async function run(group: readonly string[]): Promise<Outcome> {
  const chunks: Buffer[] = [];
  const ok = await runBounded({
    program: process.execPath,
    args: ['--test', '--test-isolation=none', '--test-reporter=spec', ...group],
    cwd: ROOT,
    limitMs: LIMIT_MS,
    onOutput: chunk => void chunks.push(chunk),
  });
  const output = Buffer.concat(chunks).toString();
  process.stdout.write(output);
  const failures = output.indexOf('✖ failing tests:');
  return {
    ok,
    tests: Number(/^ℹ tests (\d+)$/m.exec(output)?.[1] ?? 0),
    failures: ok ? '' : output.slice(failures < 0 ? -FAILURE_CHARS : failures),
  };
}

const waiting = grouped();
const outcomes: Outcome[] = [];
await Promise.all(
  Array.from({ length: availableParallelism() }, async () => {
    for (let group = waiting.shift(); group !== undefined; group = waiting.shift()) outcomes.push(await run(group));
  }),
);
const failed = outcomes.filter(({ ok }) => !ok);
const tests = outcomes.reduce((sum, outcome) => sum + outcome.tests, 0);
process.stdout.write(failed.map(({ failures }) => `\n${failures}`).join(''));
process.stdout.write(`\n${tests} tests in ${files.length} files: ${failed.length === 0 ? 'all passed' : 'FAILED'}\n`);
process.exitCode = failed.length === 0 ? 0 : 1;
