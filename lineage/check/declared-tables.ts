import { parseStatements } from '../sql/parser.ts';
import type { KnownTable } from '../sql/resolve/catalog.ts';
import { dottedText, parseSession, qualify } from '../sql/resolve/names.ts';
import type { CreateTable } from '../sql/statement-ast.ts';

/** A table that one job's SQL declares. */
export interface DeclaredTable {
  /** `catalog.database.table`, dotted. */
  readonly name: string;
  readonly table: KnownTable;
}

/** The tables a script declares for good: temporary ones end with their session. Columns are null where the DDL alone does not list them. */
export function declaredTables(sql: string, session: string | null): readonly DeclaredTable[] {
  if (!/\bcreate\b/i.test(sql)) return [];
  let current = parseSession(session ?? undefined);
  const found: DeclaredTable[] = [];
  for (const statement of parseStatements(sql).statements) {
    if (statement.kind === 'use') {
      const [first, second] = statement.name.map(part => part.text);
      if (second !== undefined) current = { catalog: first!, database: second };
      else
        current =
          statement.what === 'catalog' ? { catalog: first!, database: 'default' } : { ...current, database: first! };
    }
    if (statement.kind !== 'create-table' || statement.temporary) continue;
    const parts = qualify(
      statement.name.map(part => part.text),
      current,
    );
    if (parts !== null) found.push({ name: dottedText(parts), table: knownTable(statement) });
  }
  return found;
}

function knownTable({ columns, like, query, options }: CreateTable): KnownTable {
  const isListed = like === null && query === null && columns.length > 0;
  return { columns: isListed ? columns.map(({ name }) => name.text) : null, connector: null, options };
}
