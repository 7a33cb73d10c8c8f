/** Syntax tree of statements. */
import type { Alias, DataType, Expr, Hint, Ident, QName, Query, TableRef } from './ast.ts';

export type Statement =
  | CreateTable
  | CreateView
  | CreateModel
  | Insert
  | QueryStatement
  | Explain
  | Use
  | DropObject
  | AlterTable
  | SetOption
  | Modify
  | StatementSetMark
  | Other;

export interface CreateTable {
  readonly kind: 'create-table';
  readonly pos: number;
  readonly name: QName;
  readonly temporary: boolean;
  readonly ifNotExists: boolean;
  readonly replace: boolean;
  readonly materialized: boolean;
  readonly columns: readonly ColumnDef[];
  readonly watermarks: readonly Watermark[];
  readonly primaryKey: readonly Ident[];
  readonly partitionedBy: readonly Ident[];
  readonly options: ReadonlyMap<string, string>;
  readonly like: Like | null;
  /** CTAS, RTAS, materialized tables. */
  readonly query: Query | null;
}

/** `type` null: a name alone (CTAS reorders columns this way) or a computed column. */
export interface ColumnDef {
  readonly name: Ident;
  readonly type: DataType | null;
  readonly role: 'physical' | 'computed' | 'metadata' | 'virtual-metadata';
  readonly expr: Expr | null;
  /** Position behind its expression or type. */
  readonly end: number;
}

export interface Watermark {
  readonly column: QName;
  readonly expr: Expr;
}

export interface Like {
  readonly name: QName;
  /** `INCLUDING OPTIONS` -> OPTIONS: INCLUDING; ALL applies to what is not named. */
  readonly rules: ReadonlyMap<string, string>;
}

export interface CreateView {
  readonly kind: 'create-view';
  readonly pos: number;
  readonly name: QName;
  readonly temporary: boolean;
  readonly ifNotExists: boolean;
  readonly columns: readonly Ident[];
  readonly query: Query;
}

export interface CreateModel {
  readonly kind: 'create-model';
  readonly pos: number;
  readonly name: QName;
  /** What it adds to a table; empty when only its training query tells. */
  readonly outputs: readonly ColumnDef[];
}

export interface Insert {
  readonly kind: 'insert';
  readonly pos: number;
  readonly overwrite: boolean;
  readonly target: QName;
  readonly hints: readonly Hint[];
  readonly partition: readonly PartitionValue[];
  readonly columns: readonly QName[];
  readonly query: Query;
}

/** `value` null where only ANALYZE names the column. */
export interface PartitionValue {
  readonly column: Ident;
  readonly value: Expr | null;
}

export interface QueryStatement {
  readonly kind: 'query-statement';
  readonly pos: number;
  readonly query: Query;
}

export interface Explain {
  readonly kind: 'explain';
  readonly pos: number;
  readonly of: Statement;
}

export interface Use {
  readonly kind: 'use';
  readonly pos: number;
  readonly what: 'catalog' | 'database';
  readonly name: QName;
}

export interface DropObject {
  readonly kind: 'drop';
  readonly pos: number;
  readonly what: 'table' | 'view' | 'other';
  readonly temporary: boolean;
  readonly ifExists: boolean;
  readonly name: QName;
}

export interface AlterTable {
  readonly kind: 'alter-table';
  readonly pos: number;
  readonly name: QName;
  readonly ifExists: boolean;
  readonly what: 'table' | 'view';
  readonly change: AlterChange;
}

export type AlterChange =
  | { readonly kind: 'rename'; readonly to: QName }
  | { readonly kind: 'set-options'; readonly options: ReadonlyMap<string, string> }
  | { readonly kind: 'reset-options'; readonly keys: readonly string[] }
  | { readonly kind: 'add'; readonly columns: readonly PlacedColumn[]; readonly watermarks: readonly Watermark[] }
  | { readonly kind: 'modify'; readonly columns: readonly PlacedColumn[]; readonly watermarks: readonly Watermark[] }
  | { readonly kind: 'drop-columns'; readonly columns: readonly QName[] }
  | { readonly kind: 'drop-watermark' }
  | { readonly kind: 'rename-column'; readonly from: QName; readonly to: Ident }
  | { readonly kind: 'as'; readonly query: Query }
  | { readonly kind: 'other' };

/** A column of ALTER with where it goes: at the end, or where it was, when null. */
export interface PlacedColumn extends ColumnDef {
  readonly place: 'first' | Ident | null;
}

export interface SetOption {
  readonly kind: 'set';
  readonly pos: number;
  readonly key: string | null;
  readonly value: string | null;
}

/** UPDATE, DELETE, MERGE, TRUNCATE, CALL: `target` is written; empty for CALL. */
export interface Modify {
  readonly kind: 'modify';
  readonly pos: number;
  readonly verb: string;
  readonly target: QName;
  readonly alias: Alias | null;
  /** What MERGE takes its rows from. */
  readonly using: TableRef | null;
  /** What is assigned to which column; of CALL the call alone. */
  readonly values: readonly { readonly column: Ident | null; readonly value: Expr }[];
  readonly where: Expr | null;
}

/** BEGIN STATEMENT SET / END. */
export interface StatementSetMark {
  readonly kind: 'set-begin' | 'set-end';
  readonly pos: number;
}

/** Read and understood, without lineage: CREATE FUNCTION, ADD JAR, SHOW, … */
export interface Other {
  readonly kind: 'other';
  readonly pos: number;
  readonly verb: string;
}
