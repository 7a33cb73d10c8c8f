/** What is Flink SQL and would still not run, or not do what it says. */

import { connectorOf, isLookup } from '../graph/identity.ts';
import type { Expr, From, Query, QueryBody, Select, TableName, TableRef } from '../sql/ast.ts';
import type { Insert, Statement } from '../sql/statement-ast.ts';
import type { ReadTable, StatementLineage } from '../sql/statement-lineage.ts';
import type { Finding } from './finding.ts';
import type { Subject } from './subject.ts';

export function checkShape(subject: Subject): Finding[] {
  const times = processingTimes(subject.statements);
  return subject.statements.flatMap(statement => {
    const inner = unwrapped(statement);
    if (inner.kind !== 'insert' && inner.kind !== 'query-statement') return [];
    const lineage = subject.script.statements.find(({ pos }) => pos === statement.pos || pos === inner.pos);
    if (lineage === undefined) return [];
    return [
      ...lookups(inner.query, times, lineage, subject),
      ...(inner.kind === 'insert' ? starInto(inner, lineage, subject) : []),
    ];
  });
}

function unwrapped(statement: Statement): Statement {
  return statement.kind === 'explain' ? unwrapped(statement.of) : statement;
}

/** `FOR SYSTEM_TIME AS OF` processing time asks the table for each row: a stream cannot be asked. */
function lookups(
  query: Query,
  times: ReadonlySet<string>,
  lineage: StatementLineage,
  { mentions, places }: Subject,
): Finding[] {
  const found: Finding[] = [];
  for (const table of joinedTables(query)) {
    if (table.asOf === null || !isProcessingTime(table.asOf, times)) continue;
    const mention = mentions.tables.find(({ pos }) => pos === table.name[0]!.pos);
    const read = lineage.reads.find(({ id, how }) => id === mention?.id && how === 'temporal');
    const connector = read === undefined ? null : connectorOf(read.options);
    if (mention === undefined || read === undefined || connector === null || isLookup(connector)) continue;
    found.push(places.at(mention, notLookup(read, connector)));
  }
  return found;
}

function notLookup({ byName }: ReadTable, connector: string) {
  return {
    code: 'not-a-lookup-table',
    severity: 'error',
    message: `${byName} is joined at processing time, and the connector ${connector} cannot be asked row by row`,
    hint: 'join it at event time (a primary key and a watermark make it versioned), or put the dimension into a store that can be asked, such as jdbc or hbase',
  } as const;
}

/** `PROCTIME()`, or a name that the script gives to nothing else. Of a column declared elsewhere nobody can tell. */
function isProcessingTime(asOf: Expr, names: ReadonlySet<string>): boolean {
  if (asOf.kind === 'call') return asOf.name === 'PROCTIME';
  return asOf.kind === 'ref' && names.has(asOf.parts.at(-1)!.text);
}

/** Names of computed columns and select items that are `PROCTIME()`, without those that are also a column of another kind. */
function processingTimes(statements: readonly Statement[]): ReadonlySet<string> {
  const names = new Set<string>();
  const others = new Set<string>();
  const note = (name: string, expr: Expr | null): void => {
    (expr?.kind === 'call' && expr.name === 'PROCTIME' ? names : others).add(name);
  };
  for (const statement of statements.map(unwrapped)) {
    if (statement.kind === 'create-table') for (const { name, expr } of statement.columns) note(name.text, expr);
    if (!('query' in statement) || statement.query === null) continue;
    for (const { items } of allSelects(statement.query)) {
      for (const { expr, alias } of items) {
        // A plain reference hands on what it is called already.
        if (alias !== null && (expr.kind !== 'ref' || expr.parts.at(-1)!.text !== alias.text)) note(alias.text, expr);
      }
    }
  }
  return new Set([...names].filter(name => !others.has(name)));
}

/** With the columns of neither end known, what lands where is luck. */
function starInto(insert: Insert, lineage: StatementLineage, { places }: Subject): Finding[] {
  const [sink] = lineage.sinks;
  if (sink === undefined || sink.columns !== null || insert.columns.length > 0) return [];
  const star = selectsOf(insert.query.body)
    .flatMap(select => select.items)
    .find(({ expr }) => expr.kind === 'star');
  if (star === undefined) return [];
  return [
    places.at(places.token(star.expr.pos), {
      code: 'star-into-unknown',
      severity: 'warning',
      message: `* goes into ${sink.byName}, whose columns are not known: a new column upstream changes what is written`,
      hint: 'name the columns, or declare the sink',
    }),
  ];
}

function* joinedTables(query: Query): Generator<TableName> {
  for (const { from } of allSelects(query)) if (from !== null) yield* tablesOf(from);
}

/** The selects of a query: its CTEs', its branches', and those of the queries in their FROM. */
function* allSelects(query: Query): Generator<Select> {
  for (const cte of query.ctes) yield* allSelects(cte.query);
  for (const select of selectsOf(query.body)) {
    yield select;
    if (select.from !== null) for (const derived of queriesOf(select.from)) yield* allSelects(derived);
  }
}

function selectsOf(body: QueryBody): readonly Select[] {
  if (body.kind === 'select') return [body];
  if (body.kind === 'query') return selectsOf(body.body);
  return body.kind === 'set' ? body.branches.flatMap(selectsOf) : [];
}

function refsOf(from: From): TableRef[] {
  return [from.first, ...from.joins.map(join => join.right)].flatMap(ref =>
    ref.kind === 'joined' ? refsOf(ref.from) : ref.kind === 'match' ? [ref.input] : [ref],
  );
}

function queriesOf(from: From): Query[] {
  return refsOf(from).flatMap(ref => (ref.kind === 'derived' ? [ref.query] : []));
}

function tablesOf(from: From): TableName[] {
  return refsOf(from).flatMap(ref => (ref.kind === 'table' ? [ref] : []));
}
