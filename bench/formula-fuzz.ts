/**
 * Formulas nobody should write: random words, deep nesting, long chains, names of JavaScript's own objects. Prints the longest CPU time a
 * formula took to be read and run, or to be refused. The bar: 50 ms (alerting.md section 5; issue E). `--seconds N`, default 20.
 */
import { parseArgs } from 'node:util';
import { compileFormula } from '../alerting/evaluate/formula.ts';
import { FormulaError } from '../alerting/evaluate/lexer.ts';
import { systemClock } from '../model/clock.ts';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '20' }, seed: { type: 'string', default: '1' } },
});
const WORDS = [
  '{0}',
  '[1]',
  'a',
  '(',
  ')',
  '+',
  '-',
  '*',
  '/',
  '%',
  '<',
  '>=',
  '==',
  'and',
  'or',
  'not',
  'pct(',
  'max(',
  ',',
  '1e308',
  '0.1',
  ' ',
  '{',
  '}',
  '__proto__',
  'constructor',
  'toString(',
  'valueOf',
  '指标',
  '\u{1f600}',
  '\u0000',
];
const SHAPES: readonly ((n: number) => string)[] = [
  n => '('.repeat(n),
  n => `${'('.repeat(n)}1${')'.repeat(n)} > 0`,
  n => `${'not '.repeat(n)}{0} > 1`,
  n => `${'-'.repeat(n)}1 > 0`,
  n => `${'{0} + '.repeat(n)}1 > 0`,
  n => `${'{0} > 1 or '.repeat(n)}{0} > 2`,
  n => `max(${'{0},'.repeat(n)}1) > 0`,
  n => `${'abs('.repeat(n)}1${')'.repeat(n)} > 0`,
  n => '9'.repeat(n),
  n => `a${'_'.repeat(n)} > 1`,
  n => ' '.repeat(n),
  n => `${'{0} > 1 and ('.repeat(n)}`,
  n => `1${'e'.repeat(n)}`,
  n => `${'0'.repeat(n)}.${'0'.repeat(n)}e${'9'.repeat(n)}`,
];

let seed = Number(values.seed);
/** Deterministic numbers in [0, 1): mulberry32. */
function random(): number {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}
const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;

function formula(): string {
  if (random() < 0.3) return pick(SHAPES)(Math.floor(10 ** (random() * 5)));
  return Array.from({ length: Math.floor(10 ** (random() * 3.5)) }, () => pick(WORDS)).join(random() < 0.5 ? ' ' : '');
}

const until = systemClock.monotonic() + Number(values.seconds) * 1000;
let worst = { ms: 0, text: '' };
let read = 0;
let refused = 0;
while (systemClock.monotonic() < until) {
  const text = formula();
  // CPU time: what a busy machine does meanwhile is not the formula's.
  const began = process.cpuUsage();
  try {
    const compiled = compileFormula(text, ['a', 'b', '指标'], { zeroBaseline: 'grow' });
    const result = compiled.evaluate([1, 'missing-current', 0]);
    if (!['number', 'boolean', 'string'].includes(typeof result)) throw new Error(`${text} gave ${typeof result}`);
    read++;
  } catch (error) {
    if (!(error instanceof FormulaError)) throw error;
    refused++;
  }
  const { user, system } = process.cpuUsage(began);
  const ms = (user + system) / 1000;
  if (ms > worst.ms) worst = { ms, text };
}
if (Object.keys({}).length > 0 || ({} as Record<string, unknown>)['polluted'] !== undefined)
  throw new Error('a prototype was reached');
console.log(
  `${read + refused} formulas, ${read} read and run, ${refused} refused; the slowest took ${worst.ms.toFixed(1)} ms (${worst.text.length} characters: ${JSON.stringify(worst.text.slice(0, 60))})`,
);
