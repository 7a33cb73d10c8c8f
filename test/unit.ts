/**
 * `npm run test:unit`: the quick loop. Files share processes, neighbours with each other, because starting one and loading what it tests
 * takes longer than most files run; as many processes at a time as there are processors. Arguments are patterns of files; without any, all
 * that start neither a daemon nor a command, except the long simulations.
 */
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { runBounded } from './support/bounded-process.ts';
import { LONG_SIMULATIONS } from './support/long-simulations.ts';

const ROOT = join(import.meta.dirname, '..');
const UNIT = [
  'test/{model,config,collector,store,lineage,alerting,reporters,web}/**/*.test.ts',
  'test/architecture.test.ts',
];
const FILES_A_PROCESS = 16;
/** Their tests open stores and servers, which takes longest: they go first, so that none of them runs on alone. */
const HEAVY = /^test\/(alerting|store|web)\//;
/** MB of young objects: tests make much that dies young, and collecting it took a tenth of their time. */
const NURSERY_MB = 64;
/** What processes compile they share, and the next run has it. */
process.env['NODE_COMPILE_CACHE'] ??= join(ROOT, 'node_modules/.cache/compiled');
/** A process takes seconds; one that takes longer hangs. */
const LIMIT_MS = 8 * 60_000;
/** Of the output of a process that failed without a list of failures. */
const FAILURE_CHARS = 5000;

const asked = process.argv.slice(2);
const patterns = asked.length > 0 ? asked : UNIT;
const left = new Set(asked.length > 0 ? [] : LONG_SIMULATIONS);
const files = patterns.flatMap(pattern => globSync(pattern, { cwd: ROOT })).filter(file => !left.has(file));
if (files.length === 0) throw new Error(`no test files at ${patterns.join(', ')}`);

/** Long ones by themselves and first; then neighbours together, since they load the same. */
function grouped(): string[][] {
  const long = files.filter(file => LONG_SIMULATIONS.includes(file));
  const others = files
    .filter(file => !LONG_SIMULATIONS.includes(file))
    .sort((a, b) => Number(HEAVY.test(b)) - Number(HEAVY.test(a)) || (a < b ? -1 : 1));
  const groups = Array.from({ length: Math.ceil(others.length / FILES_A_PROCESS) }, (_, i) =>
    others.slice(i * FILES_A_PROCESS, (i + 1) * FILES_A_PROCESS),
  );
  return [...long.map(file => [file]), ...groups];
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
    args: [`--max-semi-space-size=${NURSERY_MB}`, '--test', '--test-isolation=none', '--test-reporter=spec', ...group],
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
