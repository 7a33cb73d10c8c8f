/** Handed down while a query is analysed. */
import type { Expr, Query, TableRef } from '../ast.ts';
import type { Analysis, Findings, TableRead } from './analysis.ts';
import type { Catalog } from './catalog.ts';
import type { Relation } from './relation.ts';
import type { Scope } from './scope.ts';

/** CTEs visible at a level: earlier siblings, then those of the queries around it. Inner names shadow outer ones. */
export interface CteScope {
  readonly name: string;
  readonly analysis: () => Analysis;
  readonly outer: CteScope | null;
}

export interface Context {
  readonly catalog: Catalog;
  readonly ctes: CteScope | null;
  readonly findings: Findings;
  readonly rules: Rules;
}

/** Rules that need each other across files; handed in so that the files need no import cycle. */
export interface Rules {
  query(query: Query, ctx: Context, outer: Scope | null): Relation;
  /** Value sources of an expression; null when one of its columns is unknown. */
  sources(expr: Expr, ctx: Context, scope: Scope): readonly string[] | null;
  table(ref: TableRef, ctx: Context, scope: Scope, how: TableRead['how']): Relation;
}
