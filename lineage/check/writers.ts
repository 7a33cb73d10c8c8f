import { NODE_ID } from '../graph/fragment.ts';
import type { Writer } from './estate.ts';
import type { Finding } from './finding.ts';
import { listed } from './names.ts';
import { datasetsOf, jobOf, placeOfSink, running, type Subject } from './subject.ts';

/** Datasets the script writes although another live job does: rows of two jobs in one topic are seldom meant. */
export function checkWriters(subject: Subject): Finding[] {
  const found: Finding[] = [];
  const told = new Set<string>();
  for (const statement of running(subject)) {
    const own = jobOf(statement, subject);
    for (const sink of statement.sinks) {
      for (const dataset of datasetsOf(sink, statement, subject)) {
        const others = subject.estate.writers(dataset).filter(({ node }) => own === null || node !== NODE_ID.job(own));
        const key = `${own} ${dataset}`;
        if (others.length === 0 || told.has(key)) continue;
        told.add(key);
        found.push(subject.places.at(placeOfSink(statement, sink, subject), secondWriter(dataset, others, own)));
      }
    }
  }
  return found;
}

function secondWriter(dataset: string, writers: readonly Writer[], own: string | null) {
  const names = writers.map(
    ({ kind, name, owner }) => `${kind} ${name}${owner === null || owner === '' ? '' : ` of ${owner}`}`,
  );
  return {
    code: 'second-writer',
    severity: 'error',
    message: `${dataset} is written by ${listed(names)} already`,
    hint:
      own === null
        ? 'name the job when this is its new version; else write to a dataset of its own'
        : `stop ${writers.length === 1 ? 'that job' : 'those jobs'} first, or write to a dataset of its own`,
    related: writers.map(({ node, kind, name, owner, since }) => ({
      message:
        since === null
          ? `${kind} ${name} writes it`
          : `${kind} ${name} writes it since ${new Date(since).toISOString()}`,
      node,
      ...(owner === null || owner === '' ? {} : { owner }),
    })),
  } as const;
}
