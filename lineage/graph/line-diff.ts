/** What changed between two texts, line by line. */
import type { DiffAnswer } from './answers.ts';

type Line = DiffAnswer['sql'][number];

/** Unchanged lines told around a change. */
const CONTEXT = 3;
/** Beyond this many differing lines on either side the two middles are told as replaced whole: the comparison is quadratic. */
const MAX_LINES = 2000;

/** Empty for equal texts. */
export function lineDiff(before: string, after: string): readonly Line[] {
  if (before === after) return [];
  const [a, b] = [linesOf(before), linesOf(after)];
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++;
  const same = (lines: readonly string[]): readonly Line[] => lines.map(line => ({ op: ' ', line }));
  const middle = compared(a.slice(head, a.length - tail), b.slice(head, b.length - tail));
  return folded([...same(a.slice(0, head)), ...middle, ...same(a.slice(a.length - tail))]);
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.split(/\r?\n/);
}

/** By the longest common subsequence; removed lines stand before added ones. */
function compared(a: readonly string[], b: readonly string[]): readonly Line[] {
  if (a.length > MAX_LINES || b.length > MAX_LINES) return [...marked('-', a), ...marked('+', b)];
  const width = b.length + 1;
  /** Length of the longest common subsequence of what follows from (i, j). */
  const common = new Uint16Array((a.length + 1) * width);
  const at = (i: number, j: number): number => common[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--)
      common[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  }
  const found: Line[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      found.push({ op: ' ', line: a[i]! });
      i++;
      j++;
    } else if (i < a.length && (j === b.length || at(i + 1, j) >= at(i, j + 1))) found.push({ op: '-', line: a[i++]! });
    else found.push({ op: '+', line: b[j++]! });
  }
  return found;
}

function marked(op: '+' | '-', lines: readonly string[]): readonly Line[] {
  return lines.map(line => ({ op, line }));
}

/** Leaves out what is far from every change; an `@` tells how many lines. */
function folded(lines: readonly Line[]): readonly Line[] {
  const near = new Uint8Array(lines.length);
  for (const [i, { op }] of lines.entries())
    if (op !== ' ') near.fill(1, Math.max(0, i - CONTEXT), Math.min(lines.length, i + CONTEXT + 1));
  const found: Line[] = [];
  for (let i = 0; i < lines.length; i++) {
    if (near[i] === 1) {
      found.push(lines[i]!);
      continue;
    }
    const from = i;
    while (i + 1 < lines.length && near[i + 1] === 0) i++;
    found.push({ op: '@', line: `${i - from + 1} unchanged` });
  }
  return found;
}
