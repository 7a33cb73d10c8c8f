/** Columns of datasets and versions of jobs of the fixture's estate. */
import type { ColumnsAnswer, VersionInfo } from '../../../web/api/lineage-answers.ts';
import { MINUTE, STAGES, type Stage } from './estate.ts';

const COLUMNS = ['event_time', 'id', 'value'];

/** /lineage/graph?columns=true&depth=0: a dataset with its columns. */
export function columnNodes(dataset: string) {
  const columns = COLUMNS.map(name => ({ id: `${dataset}#${name}`, kind: 'column', name, label: name, dataset }));
  return { nodes: [{ id: dataset, kind: 'dataset', name: dataset, label: dataset }, ...columns], edges: [] };
}

/** /lineage/columns: every column is copied from the one of the same name in the first table its job reads. */
export function columnOrigins(of: string): ColumnsAnswer {
  const columns = STAGES.filter(({ writes, job }) => writes === of || `job:${job}` === of).flatMap(stage =>
    COLUMNS.map(column => ({
      dataset: stage.writes,
      column,
      open: false,
      sources: [{ dataset: stage.reads[0] ?? '', column, type: 'value' as const }],
      functions: [],
      steps: [],
      job: `job:${stage.job}`,
      depth: 0,
    })),
  );
  return { columns, truncated: false };
}

/** One version, submitted an hour ago. */
export function versions(stage: Stage, now: number): readonly VersionInfo[] {
  return [
    {
      version: 1,
      from: now - 60 * MINUTE,
      to: null,
      job_id: null,
      owner: stage.owner,
      by: null,
      sql_kept: true,
      reads: stage.reads,
      writes: [stage.writes],
      changed: ['first'],
    },
  ];
}
