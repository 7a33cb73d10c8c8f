/** The candidate that was most likely meant by a misspelt name, or null when none is near: one edit for every three characters, three at most; of one or two characters no other is near that does not hold them all. */
export function nearestName(name: string, candidates: Iterable<string>): string | null {
  const wanted = name.toLowerCase();
  const letters = lettersOf(name);
  let best: string | null = null;
  let bound = Math.min(3, Math.max(1, Math.floor(wanted.length / 3)));
  for (const candidate of candidates) {
    if (candidate === name || Math.abs(candidate.length - name.length) > bound) continue;
    if (bitCount(letters ^ lettersOf(candidate)) > 2 * bound) continue;
    const other = candidate.toLowerCase();
    if (wanted.length < 3 && !other.includes(wanted) && !wanted.includes(other)) continue;
    const found = editDistance(wanted, other, bound);
    // Of equally near ones the first stays; a later one must be nearer.
    if (found > bound || (best !== null && found === bound)) continue;
    best = candidate;
    bound = found;
    if (found === 0) break;
  }
  return best;
}

/** Which letters a name has, one bit for each whatever its case; an edit changes at most two bits. */
function lettersOf(name: string): number {
  let bits = 0;
  for (let i = 0; i < name.length; i++) bits |= 1 << (name.charCodeAt(i) & 31);
  return bits;
}

function bitCount(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/**
 * Insertions, deletions, changes of one character and swaps of two neighbours that make `b` of `a` (Damerau-Levenshtein in its optimal
 * string alignment form); `bound + 1` for all that is more than `bound`.
 */
export function editDistance(a: string, b: string, bound: number): number {
  if (Math.abs(a.length - b.length) > bound) return bound + 1;
  const width = b.length + 1;
  // Rows of the table for i - 2, i - 1 and i characters of `a`, taken over and over: this runs for every known name.
  let [before, last, row] = [rowOf(0, width), rowOf(1, width), rowOf(2, width)];
  for (let j = 0; j < width; j++) last[j] = j;
  for (let i = 1; i <= a.length; i++) {
    row[0] = i;
    let least = i;
    for (let j = 1; j < width; j++) {
      const changed = a.charCodeAt(i - 1) === b.charCodeAt(j - 1) ? 0 : 1;
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + changed);
      const isSwap =
        i > 1 && j > 1 && a.charCodeAt(i - 1) === b.charCodeAt(j - 2) && a.charCodeAt(i - 2) === b.charCodeAt(j - 1);
      if (isSwap) cost = Math.min(cost, before[j - 2]! + 1);
      row[j] = cost;
      if (cost < least) least = cost;
    }
    if (least > bound) return bound + 1;
    [before, last, row] = [last, row, before];
  }
  return Math.min(last[b.length]!, bound + 1);
}

const ROWS: Int32Array[] = [];

function rowOf(index: number, width: number): Int32Array {
  const kept = ROWS[index];
  if (kept !== undefined && kept.length >= width) return kept;
  return (ROWS[index] = new Int32Array(Math.max(64, width)));
}
