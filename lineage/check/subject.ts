import { parseStatements } from '../sql/parser.ts';
import type { Mentions, Span, TableMention } from '../sql/resolve/mentions.ts';
import { analyzeScript } from '../sql/script.ts';
import type { Statement } from '../sql/statement-ast.ts';
import type { NamedTable, ScriptLineage, StatementLineage } from '../sql/statement-lineage.ts';
import type { Estate } from './estate.ts';
import { Places } from './finding.ts';

/** A script with all that its checks look at. */
export interface Subject {
  readonly script: ScriptLineage;
  readonly mentions: Mentions;
  /** The statements that could be read. */
  readonly statements: readonly Statement[];
  /** Name of the job the script is; null when neither the caller nor the script says. */
  readonly job: string | null;
  readonly places: Places;
  readonly estate: Estate;
}

export interface SubjectInput {
  readonly sql: string;
  readonly session?: string | undefined;
  readonly job?: string | undefined;
}

const NOTHING: Mentions = { tables: [], names: [], counts: [] };

export function readSubject({ sql, session, job }: SubjectInput, estate: Estate): Subject {
  const script = analyzeScript({ sql, session, known: dotted => estate.known(dotted), mentions: true });
  const statements = parseStatements(sql).statements.flatMap(found => (found.kind === 'broken' ? [] : [found]));
  return {
    script,
    mentions: script.mentions ?? NOTHING,
    statements,
    job: job ?? null,
    places: new Places(sql),
    estate,
  };
}

/** Statements that will run: an explained one does not, and of a broken one too little is known. */
export function running({ script }: Subject): readonly StatementLineage[] {
  return script.statements.filter(({ kind, partial }) => kind !== 'explain' && !partial);
}

/** Which job a statement is of; a script may hold several. */
export function jobOf(statement: StatementLineage, { job }: Subject): string | null {
  return statement.pipelineName ?? job;
}

/** Datasets of a table, told apart from those of other jobs where a connector exists once for each. */
export function datasetsOf(table: NamedTable, statement: StatementLineage, subject: Subject): readonly string[] {
  return subject.estate.datasets(table, jobOf(statement, subject) ?? UNNAMED);
}

/** Stands for a job without a name. */
const UNNAMED = '(this script)';

/** Where a statement writes a table: the name behind INSERT INTO, or else the statement's first word. */
export function placeOfSink(statement: StatementLineage, table: NamedTable, subject: Subject): Span {
  const end = Math.min(...subject.script.statements.map(({ pos }) => pos).filter(pos => pos > statement.pos), Infinity);
  const isWritten = ({ id, use, pos }: TableMention): boolean =>
    id === table.id && (use === 'write' || use === 'define') && pos >= statement.pos && pos < end;
  return subject.mentions.tables.find(isWritten) ?? subject.places.token(statement.pos);
}
