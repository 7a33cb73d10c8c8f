/**
 * lineage/check: what is wrong with a script before anybody submits it: against the tables that are known, and against the jobs that run.
 * `check.ts` is the entry; each kind of finding has a file of its own; `estate.ts` is the port to what is known. Pure.
 */

import { tokenAt } from '../sql/lexer.ts';
import { LineIndex } from '../sql/line-index.ts';
import type { Span } from '../sql/resolve/mentions.ts';

/** Stable: editors and pipelines name them. */
export const FINDING_CODES = {
  syntax: 'the statement is not Flink SQL',
  'unknown-table': 'no table of this name is known',
  'unknown-column': 'no table in scope has this column',
  'unknown-alias': 'no table of FROM has this name or alias',
  'ambiguous-column': 'several tables in scope have this column',
  'column-count': 'two numbers of columns differ that must be equal',
  'sink-type': 'a column cannot be written to the sink without a CAST',
  'lossy-type': 'values change when they are written to the sink',
  'null-into-not-null': 'a column that may be NULL goes into one that is NOT NULL',
  'view-cycle': 'a view is defined by itself',
  'not-a-lookup-table': 'the connector cannot be asked row by row',
  'star-into-unknown': 'SELECT * goes into a table whose columns nobody knows',
  'second-writer': 'another job writes the same dataset',
  'new-cycle': 'the data would go round in a circle',
  'breaking-change': 'a column others read is gone or another one',
  'sink-dropped': 'the job writes a dataset no more',
  'source-dropped': 'the job reads a dataset no more',
  unverified: 'nothing is known to check against',
  'too-many': 'there are more findings',
} as const;

export type FindingCode = keyof typeof FINDING_CODES;
export type Severity = 'error' | 'warning' | 'info';

/** What else a finding is about: another place of the script, or a node of the graph with its owner. */
export interface Related {
  readonly message: string;
  readonly node?: string;
  readonly owner?: string;
}

/** `line` and `column` count from 1, `position` (UTF-16 units) from 0. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  readonly line: number;
  readonly column: number;
  readonly position: number;
  readonly length: number;
  readonly message: string;
  /** What to write or do instead. */
  readonly hint?: string;
  readonly related?: readonly Related[];
}

/** A finding without its place. */
export type Said = Pick<Finding, 'code' | 'severity' | 'message' | 'hint' | 'related'>;

/** Gives findings their places in one script. */
export class Places {
  readonly #sql: string;
  readonly #lines: LineIndex;
  #starts: readonly number[] | null = null;

  constructor(sql: string) {
    this.#sql = sql;
    this.#lines = new LineIndex(sql);
  }

  at({ pos, length }: Span, { code, severity, ...words }: Said): Finding {
    return { code, severity, ...this.#lines.placeOf(pos), position: pos, length, ...words };
  }

  /** The token that begins at `pos`; of length 0 behind the last one. */
  token(pos: number): Span {
    return pos >= this.#sql.length ? { pos, length: 0 } : { pos, length: tokenAt(this.#sql, pos).end - pos };
  }

  /** The offset of a line and column, both from 1. */
  offsetOf({ line, column }: { readonly line: number; readonly column: number }): number {
    this.#starts ??= lineStarts(this.#sql);
    return Math.min(this.#sql.length, (this.#starts[line - 1] ?? 0) + column - 1);
  }
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}
