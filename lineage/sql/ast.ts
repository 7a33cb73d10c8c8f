/** Syntax tree of queries and expressions; statements are in `statement-ast.ts`. Every node carries `pos`, the UTF-16 offset of its first token in the script. */

export interface Ident {
  readonly text: string;
  readonly pos: number;
}

/** A dotted name; a part in backticks is one part even with a dot inside. Never empty. */
export type QName = readonly Ident[];

export type Expr = Literal | Interval | Ref | Star | Call | Operation | Case | Subquery;

export interface Literal {
  readonly kind: 'literal';
  readonly pos: number;
  readonly type: 'string' | 'number' | 'boolean' | 'null' | 'datetime' | 'symbol';
  readonly value: string;
}

/** `INTERVAL '1' MINUTE`, `INTERVAL '1:30' HOUR TO MINUTE`. */
export interface Interval {
  readonly kind: 'interval';
  readonly pos: number;
  readonly value: string;
  readonly negative: boolean;
  readonly unit: string;
  readonly to: string | null;
}

/** A column, `table.column`, `column.field`, …; which, only the scope can tell. */
export interface Ref {
  readonly kind: 'ref';
  readonly pos: number;
  readonly parts: QName;
}

/** `*` or `t.*`. */
export interface Star {
  readonly kind: 'star';
  readonly pos: number;
  readonly qualifier: readonly Ident[];
}

/** A function call; `name` is upper case when it is one unquoted word. */
export interface Call {
  readonly kind: 'call';
  readonly pos: number;
  readonly name: string;
  readonly parts: QName;
  readonly args: readonly Arg[];
  readonly distinct: boolean;
  readonly filter: Expr | null;
  readonly over: WindowSpec | Ident | null;
  /** ORDER BY inside the call or in WITHIN GROUP. */
  readonly orderBy: readonly Expr[];
}

/** A call's argument: an expression, or for table functions a table, a descriptor, a model. */
export interface Arg {
  readonly name: string | null;
  readonly value: Expr | TableArg | Descriptor | ModelArg;
}

/** `TABLE t PARTITION BY a ORDER BY b`, or a query, handed to a table function. */
export interface TableArg {
  readonly kind: 'table-arg';
  readonly pos: number;
  readonly source: TableName | Derived | TableFunction;
  readonly keys: readonly Expr[];
}

/** `MODEL m` of ML_PREDICT and its like. */
export interface ModelArg {
  readonly kind: 'model';
  readonly pos: number;
  readonly name: QName;
}

export interface Descriptor {
  readonly kind: 'descriptor';
  readonly pos: number;
  readonly columns: readonly Ident[];
}

/**
 * Operators over operands. A chain of one precedence (`power` > 0) is flat, so depth never follows length; its lists grow while
 * it is read. `CAST` keeps its type in `type`.
 */
export interface Operation {
  readonly kind: 'op';
  readonly pos: number;
  readonly power: number;
  readonly ops: string[];
  readonly args: Expr[];
  readonly type: DataType | null;
}

export interface Case {
  readonly kind: 'case';
  readonly pos: number;
  readonly operand: Expr | null;
  readonly whens: readonly { readonly when: Expr; readonly value: Expr }[];
  readonly otherwise: Expr | null;
}

/** A query as an expression; `exists` gives no value of its columns. */
export interface Subquery {
  readonly kind: 'subquery';
  readonly pos: number;
  readonly query: Query;
  readonly exists: boolean;
}

export interface WindowSpec {
  readonly pos: number;
  readonly base: Ident | null;
  readonly partitionBy: readonly Expr[];
  readonly orderBy: readonly Expr[];
}

/** A type as written; `fields` of ROW, `args` of ARRAY, MAP, MULTISET. */
export interface DataType {
  readonly name: string;
  readonly args: readonly DataType[];
  readonly fields: readonly { readonly name: string; readonly type: DataType }[];
  /** Length, or precision and scale, as far as written. */
  readonly params?: readonly number[];
  /** written: NOT NULL stands behind it · key: PRIMARY KEY says so. */
  readonly notNull?: 'written' | 'key';
}

export interface Query {
  readonly kind: 'query';
  readonly pos: number;
  readonly ctes: readonly Cte[];
  readonly body: QueryBody;
  readonly orderBy: readonly Expr[];
}

export interface Cte {
  readonly name: Ident;
  readonly columns: readonly Ident[];
  readonly query: Query;
}

export type QueryBody = Select | SetOperation | Values | TableName | Query;

/** Branches joined left to right by `ops` (UNION, UNION ALL, INTERSECT, EXCEPT, …). */
export interface SetOperation {
  readonly kind: 'set';
  readonly pos: number;
  readonly ops: readonly string[];
  readonly branches: readonly QueryBody[];
}

export interface Values {
  readonly kind: 'values';
  readonly pos: number;
  readonly rows: readonly (readonly Expr[])[];
}

export interface Select {
  readonly kind: 'select';
  readonly pos: number;
  readonly distinct: boolean;
  readonly items: readonly SelectItem[];
  readonly from: From | null;
  readonly where: Expr | null;
  readonly groupBy: readonly Expr[];
  readonly having: Expr | null;
  readonly qualify: Expr | null;
  readonly windows: readonly { readonly name: Ident; readonly spec: WindowSpec }[];
}

export interface SelectItem {
  readonly expr: Expr;
  /** Where the expression's text ends. */
  readonly end: number;
  readonly alias: Ident | null;
}

/** Comma lists are cross joins. */
export interface From {
  readonly first: TableRef;
  readonly joins: readonly Join[];
}

export interface Join {
  readonly pos: number;
  /** INNER, LEFT, RIGHT, FULL, CROSS. */
  readonly type: string;
  readonly natural: boolean;
  readonly right: TableRef;
  readonly on: Expr | null;
  readonly using: readonly Ident[];
}

export type TableRef = TableName | Derived | TableFunction | Unnest | MatchRecognize | Pivot | Unpivot | JoinedTable;

export interface Alias {
  readonly name: Ident;
  readonly columns: readonly Ident[];
}

export interface TableName {
  readonly kind: 'table';
  readonly pos: number;
  readonly name: QName;
  readonly alias: Alias | null;
  /** `FOR SYSTEM_TIME AS OF` this. */
  readonly asOf: Expr | null;
  readonly hints: readonly Hint[];
}

export interface Hint {
  readonly name: string;
  readonly options: ReadonlyMap<string, string>;
}

export interface Derived {
  readonly kind: 'derived';
  readonly pos: number;
  readonly query: Query;
  readonly lateral: boolean;
  readonly alias: Alias | null;
  readonly asOf: Expr | null;
}

/** `TABLE(f(…))`, `LATERAL TABLE(f(…))` or a bare `f(…)`: window TVFs, user functions, ML_PREDICT, … */
export interface TableFunction {
  readonly kind: 'function';
  readonly pos: number;
  readonly name: string;
  readonly parts: QName;
  readonly args: readonly Arg[];
  readonly alias: Alias | null;
}

export interface Unnest {
  readonly kind: 'unnest';
  readonly pos: number;
  readonly args: readonly Expr[];
  readonly ordinality: boolean;
  readonly alias: Alias | null;
}

export interface MatchRecognize {
  readonly kind: 'match';
  readonly pos: number;
  readonly input: TableRef;
  readonly partitionBy: readonly Expr[];
  readonly orderBy: readonly Expr[];
  /** `end`: where the expression's text ends. */
  readonly measures: readonly { readonly expr: Expr; readonly end: number; readonly name: Ident }[];
  readonly allRows: boolean;
  readonly variables: readonly Ident[];
  readonly defines: readonly { readonly name: Ident; readonly expr: Expr }[];
  readonly alias: Alias | null;
}

/** `t PIVOT (SUM(x) AS s FOR a IN (1 AS one, 2))`; a value's name is its alias, else its text. */
export interface Pivot {
  readonly kind: 'pivot';
  readonly pos: number;
  readonly input: TableRef;
  readonly aggregates: readonly { readonly expr: Expr; readonly alias: Ident | null }[];
  readonly axes: readonly Ident[];
  readonly values: readonly { readonly pos: number; readonly end: number; readonly alias: Ident | null }[];
  readonly alias: Alias | null;
}

/** `t UNPIVOT (value FOR name IN (a AS 'x', b))`; `sources` has one group of columns a row. */
export interface Unpivot {
  readonly kind: 'unpivot';
  readonly pos: number;
  readonly input: TableRef;
  readonly measures: readonly Ident[];
  readonly axes: readonly Ident[];
  readonly sources: readonly (readonly Ident[])[];
  readonly alias: Alias | null;
}

/** A join in parentheses. */
export interface JoinedTable {
  readonly kind: 'joined';
  readonly pos: number;
  readonly from: From;
}
