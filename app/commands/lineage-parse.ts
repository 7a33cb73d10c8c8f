import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parseBatchLine } from '../../lineage/sql/batch.ts';
import { LineIndex } from '../../lineage/sql/line-index.ts';
import { parseScript } from '../../lineage/sql/lineage.ts';
import { analyzeScript } from '../../lineage/sql/script.ts';
import type { ScriptLineage, StatementLineage } from '../../lineage/sql/statement-lineage.ts';
import { UserError } from '../../model/errors.ts';
import { readLines, writeOut } from './lines.ts';
import { textTable } from './text-table.ts';

/** `tidewatch lineage parse FILE.sql | --batch`. Exit 1 when a statement cannot be read. */
export async function lineageParse(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      batch: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      session: { type: 'string' },
    },
  });
  if (values.batch) return parseBatch();
  const [file] = positionals;
  if (file === undefined) throw new UserError('bad-request', 'lineage parse needs FILE.sql (- for stdin), or --batch');
  return parseFile(file, values);
}

/** NDJSON in, NDJSON out, in order (contracts.md section 5.1); what has come in is answered before more is waited for. */
async function parseBatch(): Promise<number> {
  for await (const lines of readLines(process.stdin)) {
    let out = '';
    for (const line of lines) if (line.trim() !== '') out += `${parseBatchLine(line)}\n`;
    await writeOut(out);
  }
  return 0;
}

/** The SQL of a file, `-` for standard input; a byte order mark is no part of it, so that columns count as editors do. */
export function readSql(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8').replace(/^\ufeff/, '');
  } catch (error) {
    throw new UserError('bad-request', `cannot read ${file}: ${(error as Error).message}`, { cause: error });
  }
}

function parseFile(file: string, { json, session }: { readonly json: boolean; readonly session?: string }): number {
  const sql = readSql(file);
  const answer = parseScript({ sql, session });
  const script = analyzeScript({ sql, session, mentions: true });
  const lines = new LineIndex(sql);
  if (json) process.stdout.write(`${JSON.stringify({ ...answer, ...details(script, lines) })}\n`);
  else process.stdout.write(parsedText(file, script, lines));
  return answer.ok ? 0 : 1;
}

/** What `parse FILE` tells beyond the contract's answer. */
function details({ statements, cycles, mentions }: ScriptLineage, lines: LineIndex) {
  return {
    statements: statements.map(({ sinks, reads, outputs, ...statement }) => ({
      ...lines.placeOf(statement.pos),
      position: statement.pos,
      kind: statement.kind,
      partial: statement.partial,
      writes: sinks.map(table => table.id),
      reads: reads.map(({ id, how, lookupHint }) => ({ id, how, lookup_hint: lookupHint })),
      views: statement.views,
      columns: outputs?.map(({ type: _type, ...column }) => column) ?? null,
      open: statement.open,
      controls: statement.controls,
      windows: statement.windows,
      pipeline_name: statement.pipelineName,
    })),
    tables: mentions?.tables.map(({ id, use, declared, pos, length }) => ({
      id,
      use,
      declared,
      ...lines.placeOf(pos),
      position: pos,
      length,
    })),
    cycles: cycles.map(({ pos, path }) => ({ ...lines.placeOf(pos), position: pos, path })),
  };
}

function parsedText(file: string, { statements, cycles, errors, mentions }: ScriptLineage, lines: LineIndex): string {
  const place = (pos: number): string => {
    const { line, column } = lines.placeOf(pos);
    return `${line}:${column}`;
  };
  let text = '';
  for (const statement of statements) {
    const { kind, pos, partial, sinks, reads, open } = statement;
    const at = (id: string, use: string): string => {
      const found = mentions?.tables.find(table => table.id === id && table.use === use && table.pos >= pos);
      return found === undefined ? '' : place(found.pos);
    };
    const rows = [
      ...sinks.map(({ id }) => ['  writes', id, at(id, 'write')]),
      ...reads.map(({ id, how }) => [`  ${HOW[how]}`, id, at(id, 'read')]),
    ];
    text += `${file}:${place(pos)} ${kind}${partial ? ', not readable: tables as far as they can be seen' : ''}\n`;
    text += textTable(rows) + columnsText(statement);
    if (open) text += '  and columns nobody declared: a * over a table whose columns are not known\n';
  }
  for (const { pos, path } of cycles)
    text += `${file}:${place(pos)} a view is defined by itself: ${path.join(' -> ')}\n`;
  for (const { line, column, message } of errors) text += `${file}:${line}:${column} ${message}\n`;
  return text === '' ? `${file}: nothing is read or written\n` : text;
}

const HOW = { plain: 'reads', temporal: 'joins as of', travel: 'reads as of' } as const;

function columnsText({ outputs }: StatementLineage): string {
  const rows = (outputs ?? []).map(({ name, target, sources, steps, controls }) => {
    const from = sources === null ? 'unknown' : sources.length === 0 ? 'no column' : sources.join(', ');
    const by = controls.length === 0 ? '' : `by ${controls.join(', ')}`;
    const how = [steps.join(' -> ').replace(/\s+/g, ' '), by].filter(part => part !== '').join('; ');
    return how === '' ? [`  ${target ?? name}`, `<- ${from}`] : [`  ${target ?? name}`, `<- ${from}`, how];
  });
  return textTable(rows);
}
