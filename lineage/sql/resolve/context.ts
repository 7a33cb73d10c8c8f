/** Handed down while a query is analysed. */
import type { Expr, Query, TableRef } from '../ast.ts';
import type { Analysis, Findings, TableRead } from './analysis.ts';
import type { Catalog } from './catalog.ts';
import type { Effort } from './effort.ts';
import type { MentionLog } from './mentions.ts';
import type { Relation, SourceSet } from './relation.ts';
import type { Scope } from './scope.ts';

/** CTEs visible at a level: earlier siblings, then those of the queries around it. Inner names shadow outer ones. */
export interface CteScope {
  readonly name: string;
  readonly analysis: Analysis;
  readonly outer: CteScope | null;
}

/** What every statement of a script is analysed with. */
export interface Surroundings {
  readonly catalog: Catalog;
  /** The script, for the text of expressions. */
  readonly text: string;
  /** Null when nobody asked where names stand and which are wrong. */
  readonly mentions: MentionLog | null;
  readonly effort: Effort;
}

export interface Context extends Surroundings {
  readonly ctes: CteScope | null;
  readonly findings: Findings;
  readonly rules: Rules;
}

/** Rules that need each other across files; handed in so that the files need no import cycle. */
export interface Rules {
  query(query: Query, ctx: Context, outer: Scope | null): Relation;
  /** What an expression's value comes from, and what only decides it. */
  origins(expr: Expr, ctx: Context, scope: Scope): SourceSet;
  table(ref: TableRef, ctx: Context, scope: Scope, how: TableRead['how']): Relation;
}
