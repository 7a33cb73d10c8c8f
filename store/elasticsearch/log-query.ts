import type { JobNames } from '../../model/job-names.ts';
import type { LogField, LogQuery } from '../log-query.ts';

/** A clause of Elasticsearch's query language. */
export type Clause = Readonly<Record<string, unknown>>;

const NOTHING: Clause = { match_none: {} };
/** Ids per terms clause, below Elasticsearch's default limit of 65,536. */
const TERMS = 60_000;

const FIELDS: Readonly<Record<Exclude<LogField, 'job'>, string>> = {
  app: 'tw.app',
  container: 'tw.container',
  logger: 'tw.logger',
  host: 'tw.host',
  role: 'tw.role',
  thread: 'tw.thread',
  exception: 'tw.exception',
  job_id: 'tw.job_id',
};

/** The search language's tree as one clause in filter context. */
export function compileLogQuery(query: LogQuery, names: JobNames): Clause {
  switch (query.kind) {
    case 'all':
      return { match_all: {} };
    case 'none':
      return NOTHING;
    case 'and':
      return { bool: { filter: query.of.map(q => compileLogQuery(q, names)) } };
    case 'or':
      return { bool: { should: query.of.map(q => compileLogQuery(q, names)), minimum_should_match: 1 } };
    case 'not':
      return { bool: { must_not: [compileLogQuery(query.of, names)] } };
    case 'level':
      return { terms: { 'tw.level': query.levels } };
    case 'text':
      return text(query.tokens, query.prefix);
    case 'field':
      if (query.field === 'job') return job(query.value, query.prefix, names);
      return value(FIELDS[query.field], query.value, query.prefix);
    default:
      return query satisfies never;
  }
}

/** A time range, from <= ts < to; null when it is open at both ends. */
export function timeRange(from: number | undefined, to: number | undefined): Clause | null {
  if (from === undefined && to === undefined) return null;
  return {
    range: { 'tw.ts': { ...(from === undefined ? {} : { gte: from }), ...(to === undefined ? {} : { lt: to }) } },
  };
}

/** Lines that carry none of the known job ids: there the environment's job name stands. */
export function unnamed(names: JobNames): Clause {
  const known = [...names.knownIds()];
  const clauses: Clause[] = [];
  for (let i = 0; i < known.length; i += TERMS) clauses.push({ terms: { 'tw.job_id': known.slice(i, i + TERMS) } });
  return { bool: { must_not: clauses } };
}

/** Lines whose job, by its run's name where the id is known, is (or begins with) `name`. */
function job(name: string, prefix: boolean, names: JobNames): Clause {
  const matching = prefix ? [...names.names()].filter(n => n.startsWith(name)) : [name];
  const ids = matching.flatMap(n => names.idsOf(n)).slice(0, TERMS);
  const byName: Clause = { bool: { filter: [value('tw.job', name, prefix), unnamed(names)] } };
  if (ids.length === 0) return byName;
  return { bool: { should: [{ terms: { 'tw.job_id': ids } }, byName], minimum_should_match: 1 } };
}

function value(field: string, text: string, prefix: boolean): Clause {
  return prefix ? { prefix: { [field]: text } } : { term: { [field]: text } };
}

function text(tokens: readonly string[], prefix: boolean): Clause {
  const joined = tokens.join(' ');
  if (prefix && tokens.length === 1) return { prefix: { 'tw.text': joined } };
  if (tokens.length === 1) return { term: { 'tw.text': joined } };
  // The default of 50 expansions would lose lines silently.
  if (prefix) return { match_phrase_prefix: { 'tw.text': { query: joined, max_expansions: 10_000 } } };
  return { match_phrase: { 'tw.text': joined } };
}
