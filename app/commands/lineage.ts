import { UserError } from '../../model/errors.ts';

type Sub = (args: readonly string[]) => Promise<number>;

/** Each loads only what it needs: `parse --batch` must not wait for the drawings. */
const SUBS: Readonly<Record<string, Sub>> = {
  parse: async args => (await import('./lineage-parse.ts')).lineageParse(args),
  check: async args => (await import('./lineage-check.ts')).lineageCheck(args),
  show: async args => (await import('./lineage-show.ts')).lineageShow(args),
  path: async args => (await import('./lineage-show.ts')).lineagePath(args),
  impact: async args => (await import('./lineage-impact.ts')).lineageImpact(args),
  columns: async args => (await import('./lineage-columns.ts')).lineageColumns(args),
  cycles: async args => (await import('./lineage-lists.ts')).lineageCycles(args),
  orphans: async args => (await import('./lineage-lists.ts')).lineageOrphans(args),
  versions: async args => (await import('./lineage-versions.ts')).lineageVersions(args),
  diff: async args => (await import('./lineage-versions.ts')).lineageDiff(args),
};

/** `tidewatch lineage …`. */
export async function lineage([name = '', ...args]: readonly string[]): Promise<number> {
  const sub = Object.hasOwn(SUBS, name) ? SUBS[name] : undefined;
  if (sub === undefined) throw new UserError('bad-request', `lineage needs one of ${Object.keys(SUBS).join(', ')}`);
  return sub(args);
}
