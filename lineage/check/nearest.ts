/** The candidate that was most likely meant by a misspelt name, or null when none is near: one edit for every three characters, three at most. */
export function nearestName(name: string, candidates: Iterable<string>): string | null {
  const wanted = name.toLowerCase();
  let best: string | null = null;
  let bound = Math.min(3, Math.max(1, Math.floor(wanted.length / 3)));
  for (const candidate of candidates) {
    if (candidate === name || Math.abs(candidate.length - name.length) > bound) continue;
    const found = editDistance(wanted, candidate.toLowerCase(), bound);
    // Of equally near ones the first stays; a later one must be nearer.
    if (found > bound || (best !== null && found === bound)) continue;
    best = candidate;
    bound = found;
    if (found === 0) break;
  }
  return best;
}

/**
 * Insertions, deletions, changes of one character and swaps of two neighbours that make `b` of `a` (Damerau-Levenshtein in its optimal
 * string alignment form); `bound + 1` for all that is more than `bound`.
 */
export function editDistance(a: string, b: string, bound: number): number {
  if (Math.abs(a.length - b.length) > bound) return bound + 1;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const changed = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + changed);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwap) cost = Math.min(cost, before[j - 2]! + 1);
      row.push(cost);
      least = Math.min(least, cost);
    }
    if (least > bound) return bound + 1;
    before = last;
    last = row;
  }
  return Math.min(last[b.length]!, bound + 1);
}
