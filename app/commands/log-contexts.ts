import type { LogLine } from './log-answers.ts';

/** A found line with those around it, all oldest first. */
export interface Surroundings {
  readonly before: readonly LogLine[];
  readonly line: LogLine;
  readonly after: readonly LogLine[];
}

/**
 * Lines in runs without gaps, as `grep -C` shows them: each line once, surroundings that touch are one run. The surroundings come oldest found
 * line first; runs are in the order of their first found line.
 */
export function joinContexts(found: readonly Surroundings[]): readonly (readonly LogLine[])[] {
  const runs: LogLine[][] = [];
  const runOf = new Map<string, LogLine[]>();
  for (const { before, line, after } of found) {
    const all = [...before, line, ...after];
    let run = all.map(({ id }) => runOf.get(id)).find(known => known !== undefined);
    if (run === undefined) runs.push((run = []));
    for (const each of all) {
      if (runOf.has(each.id)) continue;
      runOf.set(each.id, run);
      run.push(each);
    }
  }
  return runs;
}
