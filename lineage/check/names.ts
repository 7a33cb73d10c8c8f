/** Names that mean nothing, and numbers of columns that do not fit. */
import type { CountProblem, NameProblem, TableMention } from '../sql/resolve/mentions.ts';
import type { Finding, Said } from './finding.ts';
import { nearestName } from './nearest.ts';
import type { Subject } from './subject.ts';

/** Names compared with unknown ones in one check; where that is used up the rest gets no hint, so that an editor is answered in time. */
const MAX_COMPARED = 100_000;
/** Names listed in a hint. */
const MAX_LISTED = 8;

export function checkNames(subject: Subject): Finding[] {
  const { mentions, places } = subject;
  return [
    ...unknownTables(subject),
    ...mentions.names.map(problem => places.at(problem, nameSaid(problem))),
    ...mentions.counts.map(problem => places.at(problem, countSaid(problem))),
    ...uncheckedTables(subject),
  ];
}

/** Tables that are read and whose columns nobody declared: names in their statements may be theirs. */
function uncheckedTables({ script, mentions, places, estate }: Subject): Finding[] {
  const open = new Set(script.statements.flatMap(({ reads }) => reads.filter(t => t.columns === null).map(t => t.id)));
  const first = new Map<string, TableMention>();
  for (const table of mentions.tables) {
    const exists = table.declared || estate.isUsed(table.byName);
    if (table.use === 'read' && exists && open.has(table.id) && !first.has(table.id)) first.set(table.id, table);
  }
  return [...first.values()].map(table =>
    places.at(table, {
      code: 'unverified',
      severity: 'info',
      message: `the columns of ${table.byName} are not known: columns read from it are not checked`,
    }),
  );
}

function unknownTables(subject: Subject): Finding[] {
  const { mentions, places, estate } = subject;
  const unknown = mentions.tables.filter(
    table => table.use !== 'define' && !table.declared && !estate.isUsed(table.byName),
  );
  const names = unknown.length === 0 ? [] : [...estate.names()];
  const searches = names.length === 0 ? 0 : Math.max(1, Math.floor(MAX_COMPARED / names.length));
  return unknown.map((table, i) => places.at(table, unknownTable(table, i < searches ? names : [], names.length > 0)));
}

/**
 * A certain mistake where somebody keeps a catalog, or where the name is nearly one that exists. Where only the script declares tables, the
 * others may stand in a catalog nobody told of; and where nothing at all is declared there is nothing to compare with.
 */
function unknownTable(table: TableMention, names: readonly string[], hasCatalog: boolean): Said {
  const near = nearestTable(table, names);
  const message = `${verb(table)} ${table.byName}, which no table, script or known job declares`;
  if (near !== null) return { code: 'unknown-table', severity: 'error', message, hint: `did you mean ${near}?` };
  if (hasCatalog) return { code: 'unknown-table', severity: 'error', message };
  if (table.candidates.length > 0) return { code: 'unknown-table', severity: 'warning', message };
  return {
    code: 'unverified',
    severity: 'info',
    message: `${message}; no table is declared anywhere to check it against`,
  };
}

function verb({ use }: TableMention): string {
  return use === 'write'
    ? 'writes'
    : use === 'read'
      ? 'reads'
      : use === 'like'
        ? 'is made like'
        : use === 'drop'
          ? 'drops'
          : 'changes';
}

/** As it would be written there: a name of the script's own, or a known table by as many parts as the name has. */
function nearestTable({ parts, byName, candidates }: TableMention, names: readonly string[]): string | null {
  const own = nearestName(byName, candidates) ?? nearestName(parts.at(-1)!, candidates);
  if (own !== null) return own;
  const depth = byName.split('.').length;
  const near = nearestName(byName, tails(names, depth));
  if (near !== null) return near;
  // Right name, wrong database.
  const last = `.${parts.at(-1)!.split('.').at(-1)!}`;
  const elsewhere = names.find(name => name.endsWith(last));
  return elsewhere === undefined ? null : tail(elsewhere, Math.max(2, depth));
}

function* tails(names: readonly string[], depth: number): Generator<string> {
  for (const name of names) yield tail(name, depth);
}

/** The last `depth` parts of a dotted name. */
function tail(name: string, depth: number): string {
  let from = name.length;
  for (let i = 0; i < depth && from >= 0; i++) from = name.lastIndexOf('.', from - 1);
  return name.slice(from + 1);
}

const NAME_CODES = {
  'unknown-column': 'unknown-column',
  'unknown-alias': 'unknown-alias',
  ambiguous: 'ambiguous-column',
} as const;

function nameSaid({ kind, name, candidates }: NameProblem): Said {
  const said = { code: NAME_CODES[kind], severity: 'error' } as const;
  const near = nearestName(name.split('.').at(-1)!, candidates);
  const hint =
    near !== null ? `did you mean ${near}?` : candidates.length > 0 ? `there is ${listed(candidates)}` : undefined;
  const more = hint === undefined ? {} : { hint };
  if (kind === 'unknown-column') return { ...said, message: `no table in scope has a column ${name}`, ...more };
  if (kind === 'unknown-alias') return { ...said, message: `${name} is no table or alias of FROM`, ...more };
  return {
    ...said,
    message: `${name} is a column of ${listed(candidates)}`,
    hint: `write ${candidates[0] ?? 'the table'}.${name}, or the one that is meant`,
  };
}

function countSaid({ kind, given, expected, names }: CountProblem): Said {
  const said = { code: 'column-count', severity: 'error' } as const;
  const wanted = names.length === 0 ? {} : { hint: `expected ${listed(names)}` };
  if (kind === 'insert')
    return { ...said, message: `the query gives ${columns(given)}, the sink takes ${expected}`, ...wanted };
  if (kind === 'set')
    return { ...said, message: `this branch gives ${columns(given)}, the first one ${expected}`, ...wanted };
  return { ...said, message: `${columns(given)} named, the query has ${expected}`, ...wanted };
}

function columns(count: number): string {
  return count === 1 ? '1 column' : `${count} columns`;
}

/** `a, b, c and 12 more`. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, MAX_LISTED);
  const rest = names.length - shown.length;
  if (rest > 0) return `${shown.join(', ')} and ${rest} more`;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}
