/** Names and counts of a statement outside its query: what it writes, defines, changes and drops. */
import type { Ident } from '../ast.ts';
import type { Insert, Statement } from '../statement-ast.ts';
import type { Surroundings } from './context.ts';
import type { MentionLog } from './mentions.ts';
import { insertTargets, writableColumns } from './outputs.ts';
import type { Relation } from './relation.ts';

/** Tells the log, when there is one, of a statement whose query gives `query`; called before the statement changes the catalog. */
export function noteStatement(statement: Statement, query: Relation | null, around: Surroundings): void {
  const { mentions, catalog } = around;
  if (mentions === null) return;
  switch (statement.kind) {
    case 'insert':
      mentions.table(statement.target, 'write', catalog);
      noteInsert(statement, query, around, mentions);
      return;
    case 'create-table':
      mentions.table(statement.name, 'define', catalog);
      if (statement.like !== null) mentions.table(statement.like.name, 'like', catalog);
      return;
    case 'create-view':
      mentions.table(statement.name, 'define', catalog);
      if (query !== null) mentions.columnList(statement.columns, query);
      return;
    case 'alter-table':
      if (!statement.ifExists) mentions.table(statement.name, 'change', catalog);
      return;
    case 'drop':
      if (statement.what !== 'other' && !statement.ifExists) mentions.table(statement.name, 'drop', catalog);
      return;
    case 'modify':
      if (statement.target.length > 0) mentions.table(statement.target, 'write', catalog);
      return;
    default:
  }
}

/** Columns an INSERT lists must be the sink's, and its query must give as many as it takes. */
function noteInsert(insert: Insert, query: Relation | null, { catalog }: Surroundings, mentions: MentionLog): void {
  const sink = catalog.resolve(insert.target).entry;
  const writable = sink === null ? null : writableColumns(sink);
  const listed: (readonly Ident[])[] = [...insert.columns, ...insert.partition.map(({ column }) => [column])];
  for (const name of listed) {
    const [column] = name;
    if (writable === null || column === undefined || writable.includes(column.text)) continue;
    mentions.name([column], { kind: 'unknown-column', name: column.text, candidates: writable });
  }
  const targets = insertTargets(insert, sink);
  if (targets === null || query === null || query.open.length > 0 || query.columns.length === targets.length) return;
  const counts = { given: query.columns.length, expected: targets.length, names: targets };
  mentions.count(insert.query.pos, { kind: 'insert', ...counts });
}
