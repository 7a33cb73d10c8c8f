/** Column references: what they mean, and with a log at hand why they mean nothing. */
import type { DataType, Ident } from '../ast.ts';
import type { Context } from './context.ts';
import type { NameProblem } from './mentions.ts';
import { type Column, fieldType, listedColumn } from './relation.ts';
import type { Scope, ScopeEntry } from './scope.ts';

/** The column a reference means; undefined when nothing fits, which the log is told. */
export function resolveRef(parts: readonly Ident[], ctx: Context, scope: Scope): Column | undefined {
  const names = parts.map(part => part.text);
  const column = scope.resolve(names);
  if (ctx.mentions !== null) {
    const problem = problemOf(names, scope, ctx.mentions.helps);
    if (problem !== null)
      ctx.mentions.name(parts.slice(0, problem.parts), { ...problem, name: names.slice(0, problem.parts).join('.') });
  }
  return column;
}

/** Tells the log of a `t.*` whose `t` is neither a table of FROM nor a column. */
export function noteUnknownStar(qualifier: readonly Ident[], ctx: Context, scope: Scope): void {
  const name = qualifier.map(part => part.text).join('.');
  const candidates = ctx.mentions?.helps ? aliasesOf(levelsOf(scope)) : [];
  ctx.mentions?.name(qualifier, { kind: 'unknown-alias', name, candidates });
}

/** `parts`: how many parts of the name it is about. */
interface Problem extends Pick<NameProblem, 'kind' | 'candidates'> {
  readonly parts: number;
}

/** Why a name cannot be right; null when it is found, or when columns nobody listed might have it. `helps`: with its candidates. */
function problemOf(names: readonly string[], scope: Scope, helps: boolean): Problem | null {
  for (let level: Scope | null = scope; level !== null; level = level.parent) {
    const answer = qualifiedAt(level, names, helps) ?? unqualifiedAt(level, names);
    if (answer !== null) return answer === 'fine' ? null : answer;
  }
  const levels = levelsOf(scope);
  if (names.length > 1) return { kind: 'unknown-alias', parts: 1, candidates: helps ? aliasesOf(levels) : [] };
  if (!helps) return { kind: 'unknown-column', parts: 1, candidates: [] };
  const entries = levels.flatMap(level => level.entries.filter(entry => entry.qualifiedOnly !== true));
  return { kind: 'unknown-column', parts: 1, candidates: distinct(entries.flatMap(columnNames)) };
}

/** `alias.column`: an alias of this level settles it. */
function qualifiedAt(level: Scope, names: readonly string[], helps: boolean): Problem | 'fine' | null {
  for (let length = names.length - 1; length >= 1; length--) {
    const entry = level.entryHere(names.slice(0, length));
    if (entry === undefined) continue;
    const column = listedColumn(entry.relation, names[length]!);
    if (column !== undefined) return fieldProblem(column.type, names, length + 1);
    if (entry.relation.open.length > 0) return 'fine';
    return { kind: 'unknown-column', parts: length + 1, candidates: helps ? distinct(columnNames(entry)) : [] };
  }
  return null;
}

/** `column` or `column.field`. */
function unqualifiedAt(level: Scope, names: readonly string[]): Problem | 'fine' | null {
  const name = names[0]!;
  if (level.merged.has(name)) return 'fine';
  const listing = level.listing(name);
  if (listing.length > 1)
    return { kind: 'ambiguous', parts: 1, candidates: distinct(listing.map(entry => entry.path.at(-1) ?? '')) };
  const only = listing[0] === undefined ? undefined : listedColumn(listing[0].relation, name);
  if (only !== undefined) return fieldProblem(only.type, names, 1);
  return level.open.length > 0 ? 'fine' : null;
}

/** Follows the fields of rows whose types are known. */
function fieldProblem(type: DataType | null, names: readonly string[], from: number): Problem | 'fine' {
  let at = type;
  for (let i = from; i < names.length; i++) {
    if (at === null || at.fields.length === 0) return 'fine';
    const field: DataType | null = fieldType(at, names[i]!);
    if (field === null)
      return { kind: 'unknown-column', parts: i + 1, candidates: at.fields.map(candidate => candidate.name) };
    at = field;
  }
  return 'fine';
}

function levelsOf(scope: Scope): Scope[] {
  const levels: Scope[] = [];
  for (let level: Scope | null = scope; level !== null; level = level.parent) levels.push(level);
  return levels;
}

function aliasesOf(levels: readonly Scope[]): string[] {
  return distinct(levels.flatMap(level => level.entries.map(entry => entry.path.at(-1) ?? '')));
}

function columnNames(entry: ScopeEntry): string[] {
  return entry.relation.columns.map(column => column.name);
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)].filter(name => name !== '');
}
