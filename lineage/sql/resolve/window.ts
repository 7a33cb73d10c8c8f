/** Windows: sizes, steps, and the time attribute they run over. */
import type { Arg, Call, Expr, Interval, TableFunction } from '../ast.ts';
import type { WindowUse } from './analysis.ts';
import { isExpression } from './argument.ts';

type Kind = WindowUse['kind'];

const UNIT_MS: Readonly<Record<string, number>> = {
  MILLISECOND: 1,
  SECOND: 1000,
  MINUTE: 60_000,
  HOUR: 3_600_000,
  DAY: 86_400_000,
  WEEK: 604_800_000,
};
const FINER: readonly string[] = ['DAY', 'HOUR', 'MINUTE', 'SECOND'];

/** Length of an interval literal in ms; null for months and years, which have no fixed length, and for malformed ones. */
function intervalMs(interval: Interval): number | null {
  const sign = interval.negative ? -1 : 1;
  if (interval.to === null) {
    const unit = UNIT_MS[interval.unit];
    const amount = Number(interval.value.trim());
    return unit === undefined || interval.value.trim() === '' || Number.isNaN(amount)
      ? null
      : Math.round(sign * amount * unit);
  }
  // '1 2:30:00' DAY TO SECOND: one number per unit from the first to the last.
  const first = FINER.indexOf(interval.unit);
  const last = FINER.indexOf(interval.to);
  const numbers = interval.value.trim().split(/[ :]+/).map(Number);
  if (first < 0 || last < first || numbers.length !== last - first + 1 || numbers.some(Number.isNaN)) return null;
  return Math.round(sign * numbers.reduce((sum, amount, i) => sum + amount * UNIT_MS[FINER[first + i]!]!, 0));
}

const OLD_WINDOWS: ReadonlySet<string> = new Set(['TUMBLE', 'HOP', 'SESSION']);

/** `TUMBLE(rt, size)`, `HOP(rt, slide, size)`, `SESSION(rt, gap)` of GROUP BY; null for any other call. */
export function groupWindow(call: Call, sourcesOf: (arg: Expr) => readonly string[] | null): WindowUse | null {
  if (!OLD_WINDOWS.has(call.name)) return null;
  const [time, ...rest] = call.args.map(arg => arg.value);
  const lengths = rest.map(lengthOf);
  if (time === undefined || !isExpression(time) || lengths.length === 0) return null;
  const timeSources = sourcesOf(time) ?? [];
  return windowUse(call.name as Kind, timeSources, lengths[0] ?? null, lengths[1] ?? null);
}

/** Which of the window functions of FROM this is. */
export function windowFunctionKind(name: string): Kind | null {
  return name === 'TUMBLE' || name === 'HOP' || name === 'CUMULATE' || name === 'SESSION' ? name : null;
}

/** The window of `TUMBLE(TABLE t, DESCRIPTOR(ts), size [, offset])` and its like, positional or with names. */
export function tableWindow(kind: Kind, fn: TableFunction, timeSources: readonly string[]): WindowUse {
  const named = (name: string): number | null => lengthOf(fn.args.find(arg => arg.name?.toUpperCase() === name)?.value);
  const lengths = fn.args.filter(isLength).map(arg => lengthOf(arg.value));
  if (fn.args.some(arg => arg.name !== null)) {
    return windowUse(
      kind,
      timeSources,
      named(kind === 'HOP' ? 'SLIDE' : kind === 'CUMULATE' ? 'STEP' : kind === 'SESSION' ? 'GAP' : 'SIZE'),
      named('SIZE'),
    );
  }
  return windowUse(kind, timeSources, lengths[0] ?? null, lengths[1] ?? null);
}

/** HOP and CUMULATE name the step first and the size second; the others only a length. */
function windowUse(kind: Kind, timeSources: readonly string[], first: number | null, second: number | null): WindowUse {
  if (kind === 'TUMBLE') return { kind, timeSources, sizeMs: first, stepMs: first };
  if (kind === 'SESSION') return { kind, timeSources, sizeMs: null, stepMs: null };
  return { kind, timeSources, sizeMs: second, stepMs: first };
}

function isLength(arg: Arg): boolean {
  return arg.value.kind === 'interval';
}

function lengthOf(value: Arg['value'] | undefined): number | null {
  return value?.kind === 'interval' ? intervalMs(value) : null;
}

/** Delay of `ts - INTERVAL '5' SECOND`, 0 of `ts`; null for an expression that tells no fixed delay. */
export function watermarkDelayMs(expr: Expr): number | null {
  if (expr.kind === 'ref') return 0;
  if (expr.kind !== 'op' || expr.ops.length !== 1 || expr.ops[0] !== '-') return null;
  const delay = expr.args[1];
  return delay?.kind === 'interval' ? intervalMs(delay) : null;
}
