import type { DiffAnswer } from '../../lineage/graph/answers.ts';

/** What `/lineage/*` and `/jobs/{name}/versions` answer, for the screens too. */
export type {
  Certainty,
  ColumnOrigin,
  ColumnState,
  ColumnsAnswer,
  ColumnUse,
  Conflict,
  ControlUse,
  CycleItem,
  DiffAnswer,
  ImpactAnswer,
  ImpactItem,
  OrphanItem,
  OrphanKind,
  VersionInfo,
} from '../../lineage/graph/answers.ts';

/** A line of a diff of two versions' SQL. */
export type SqlLine = DiffAnswer['sql'][number];
