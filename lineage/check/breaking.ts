/** What a new version of a job takes away from those who read what it writes. */
import type { ImpactAnswer, ImpactItem } from '../graph/answers.ts';
import { NODE_ID } from '../graph/fragment.ts';
import type { Span } from '../sql/resolve/mentions.ts';
import { castOf, typeText } from './data-types.ts';
import type { Finding, Related, Said, Severity } from './finding.ts';
import { listed } from './names.ts';
import { readDatasets, type SinkColumn, type WrittenDataset, writtenDatasets } from './sink-columns.ts';
import { placeOfSink, readSubject, running, type Subject } from './subject.ts';

/** Columns of one version compared; a wider row is compared as far. */
const MAX_COLUMNS = 200;

/**
 * Compares each job of the script with the version that runs. Not while a statement cannot be read or has columns too few: what is missed
 * may be there once that is mended.
 */
export function checkBreaking(subject: Subject): Finding[] {
  if (subject.script.errors.length + subject.mentions.counts.length > 0) return [];
  const named = running(subject).map(({ pipelineName }) => pipelineName ?? subject.job);
  const jobs = new Set(named.filter(name => name !== null));
  return [...jobs].flatMap(job => {
    const current = subject.estate.current(job);
    if (current === null) return [];
    const { sql, session } = current;
    const before = readSubject({ sql, session: session ?? undefined, job }, subject.estate);
    return compared(subject, before, job);
  });
}

function compared(subject: Subject, current: Subject, job: string): Finding[] {
  const before = writtenDatasets(current, job);
  const after = writtenDatasets(subject, job);
  const found: Finding[] = [];
  for (const [dataset, old] of before) {
    const now = after.get(dataset);
    if (now === undefined) found.push(...sinkDropped(dataset, job, subject));
    else found.push(...columnsChanged(dataset, old, now, job, subject));
  }
  const reads = readDatasets(subject, job);
  for (const dataset of readDatasets(current, job)) {
    if (reads.has(dataset)) continue;
    const said = { code: 'source-dropped', severity: 'info', message: `${job} reads ${dataset} no more` } as const;
    found.push(subject.places.at(subject.places.token(firstStatement(subject)), said));
  }
  return found;
}

function firstStatement(subject: Subject): number {
  return running(subject)[0]?.pos ?? 0;
}

function sinkDropped(dataset: string, job: string, subject: Subject): Finding[] {
  if (dataset.startsWith('local://')) return [];
  const others = subject.estate.writers(dataset).filter(({ node }) => node !== NODE_ID.job(job));
  const readers = readersOf(subject.estate.impact(dataset, null), job);
  const severity = readers.length === 0 || others.length > 0 ? 'warning' : 'error';
  const said: Said = {
    code: 'sink-dropped',
    severity,
    message: `${job} writes ${dataset} no more${wordsOf(readers, ', which is read by')}`,
    related: readers.map(relatedTo),
  };
  return [subject.places.at(subject.places.token(firstStatement(subject)), said)];
}

/** One column that is not what it was. */
interface ColumnChange {
  readonly column: string;
  readonly what: string;
  /** Where readers may not notice: a type that takes all the values of the old one. */
  readonly isMild: boolean;
}

function columnsChanged(
  dataset: string,
  old: WrittenDataset,
  now: WrittenDataset,
  job: string,
  subject: Subject,
): Finding[] {
  const place = placeOfSink(now.statement, now.table, subject);
  if (old.columns === null) return [];
  if (now.columns === null) {
    const message = `the columns written to ${dataset} are not all known: they are not compared with those of the version that runs`;
    return [subject.places.at(place, { code: 'unverified', severity: 'info', message })];
  }
  const changes = [...gone(old.columns, now.columns), ...retyped(old.columns, now.columns)];
  if (old.isPositional && now.isPositional) changes.push(...moved(old.columns, now.columns));
  return changes.slice(0, MAX_COLUMNS).map(change => changeFinding(change, dataset, job, place, subject));
}

function gone(before: readonly SinkColumn[], after: readonly SinkColumn[]): ColumnChange[] {
  const added = after.filter(({ name }) => !before.some(other => other.name === name));
  return before
    .filter(({ name }) => !after.some(other => other.name === name))
    .map(column => {
      const renamed = added.find(({ sources }) => sameSources(sources, column.sources));
      const what = renamed === undefined ? 'is written no more' : `is written as ${renamed.name} instead`;
      return { column: column.name, what, isMild: false };
    });
}

function sameSources(a: SinkColumn['sources'], b: SinkColumn['sources']): boolean {
  return a !== null && b !== null && a.length > 0 && a.length === b.length && a.every(source => b.includes(source));
}

function retyped(before: readonly SinkColumn[], after: readonly SinkColumn[]): ColumnChange[] {
  return before.flatMap(({ name, type }) => {
    const now = after.find(other => other.name === name)?.type ?? null;
    if (type === null || now === null) return [];
    const [from, to] = [typeText(type), typeText(now)];
    const what = `changes its type from ${from} to ${to}`;
    return from === to ? [] : [{ column: name, what, isMild: castOf(type, now).kind === 'fits' }];
  });
}

function moved(before: readonly SinkColumn[], after: readonly SinkColumn[]): ColumnChange[] {
  return before.flatMap(({ name }, i) => {
    const at = after.findIndex(other => other.name === name);
    if (at < 0 || at === i) return [];
    return [{ column: name, what: `moves from place ${i + 1} to ${at + 1} of the row`, isMild: false }];
  });
}

function changeFinding(
  { column, what, isMild }: ColumnChange,
  dataset: string,
  job: string,
  place: Span,
  subject: Subject,
): Finding {
  const readers = readersOf(subject.estate.impact(dataset, column), job);
  const isCertain = readers.some(({ certainty }) => certainty === 'certain');
  const severity: Severity = readers.length === 0 ? 'info' : isCertain && !isMild ? 'error' : 'warning';
  const tail =
    readers.length === 0
      ? '; nobody known reads it'
      : wordsOf(readers, isCertain ? '; it is read by' : '; it may be read by');
  return subject.places.at(place, {
    code: 'breaking-change',
    severity,
    message: `column ${column} of ${dataset} ${what}${tail}`,
    ...(readers.length === 0
      ? {}
      : { hint: 'keep the column, or change its readers first', related: readers.map(relatedTo) }),
  });
}

/** Jobs, supervisors and reports that a change reaches, the ones that still run. */
function readersOf(impact: ImpactAnswer | null, job: string): readonly ImpactItem[] {
  if (impact === null) return [];
  const own = NODE_ID.job(job);
  return [...impact.jobs, ...impact.reports].filter(({ id, stopped }) => id !== own && stopped !== true);
}

function wordsOf(readers: readonly ImpactItem[], words: string): string {
  if (readers.length === 0) return '';
  return `${words} ${listed(readers.map(({ name, owner }) => (owner === '' ? name : `${name} (${owner})`)))}`;
}

function relatedTo({ id, owner, distance, certainty }: ImpactItem): Related {
  const steps = distance <= 1 ? 'directly' : `${distance} steps downstream`;
  return { message: `${id} reads it ${steps}, ${certainty}`, node: id, ...(owner === '' ? {} : { owner }) };
}
