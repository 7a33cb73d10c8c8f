/** What a change reaches as one list, most important first, and as a table for other programs. Pure. */
import type { Certainty, ImpactAnswer, ImpactItem } from '../../../../api/lineage-answers.ts';
import type { NodeKind } from '../../api/lineage.ts';
import type { Tone } from './node-box.tsx';

export type ImpactGroup = 'report' | 'job' | 'dataset';

export interface ImpactRow extends ImpactItem {
  readonly group: ImpactGroup;
}

const RANK: Record<ImpactGroup, number> = { report: 0, job: 1, dataset: 2 };
const SURE: Record<Certainty, number> = { certain: 0, possible: 1 };

/** Reports before jobs before tables, what is certain first, what still runs first, then the nearest. */
export function impactRows(impact: ImpactAnswer): readonly ImpactRow[] {
  const of = (group: ImpactGroup, items: readonly ImpactItem[]): ImpactRow[] => items.map(item => ({ ...item, group }));
  return [...of('report', impact.reports), ...of('job', impact.jobs), ...of('dataset', impact.datasets)].sort(
    (a, b) =>
      RANK[a.group] - RANK[b.group] ||
      SURE[a.certainty] - SURE[b.certainty] ||
      Number(a.stopped ?? false) - Number(b.stopped ?? false) ||
      a.distance - b.distance ||
      (a.name < b.name ? -1 : 1),
  );
}

/** Kind of a node by its id: supervisors, flows, views and reports say it; a dataset's id is an address. */
export function kindOf(id: string): NodeKind {
  const found = /^(job|view|report|nifi|druid):(?!\/\/)/.exec(id)?.[1];
  return found === 'job' || found === 'view' || found === 'report' || found === 'nifi' || found === 'druid'
    ? found
    : 'dataset';
}

/** How the nodes of a graph stand out: where the change is, what it reaches, all others step back. */
export function impactTones(impact: ImpactAnswer): ReadonlyMap<string, Tone> {
  const tones = new Map<string, Tone>(impactRows(impact).map(({ id, certainty }) => [id, certainty]));
  return tones.set(impact.of.id, 'start');
}

/** A cell no spreadsheet takes for a formula. */
function cell(value: string | number): string {
  const text = String(value);
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** RFC 4180, with a byte order mark so that spreadsheets read UTF-8. */
export function impactCsv(rows: readonly ImpactRow[]): string {
  const head = ['kind', 'name', 'owner', 'certainty', 'distance', 'columns', 'ended', 'id', 'via'];
  const lines = rows.map(row => [
    kindOf(row.id),
    row.name,
    row.owner,
    row.certainty,
    row.distance,
    row.columns.join(' '),
    row.stopped ? 'yes' : '',
    row.id,
    row.via.join(' > '),
  ]);
  return `\uFEFF${[head, ...lines].map(line => line.map(cell).join(',')).join('\r\n')}\r\n`;
}
