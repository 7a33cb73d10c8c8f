/** A small estate for checks: src -> etl -> b -> agg -> c -> report gmv, and a metadata centre with two tables. */

import { type CheckInput, ScriptChecker } from '../../../lineage/check/checker.ts';
import type { Finding } from '../../../lineage/check/finding.ts';
import { Evidence } from '../../../lineage/graph/evidence.ts';
import type { JobEvent } from '../../../model/job-event.ts';

/** The WITH clause of a topic. */
export function kafka(topic: string, more = ''): string {
  return `WITH ('connector' = 'kafka', 'topic' = '${topic}', 'properties.bootstrap.servers' = 'k:9092'${more})`;
}

export const ETL = `CREATE TABLE src (imei STRING, ev INT) ${kafka('a')};
CREATE TABLE dst (imei STRING, ev INT) ${kafka('b')};
INSERT INTO dst SELECT imei, ev FROM src`;

const AGG = `CREATE TABLE b1 (imei STRING, ev INT) ${kafka('b')};
CREATE TABLE c1 (imei STRING, total INT) ${kafka('c')};
INSERT INTO c1 SELECT imei, SUM(ev) FROM b1 GROUP BY imei`;

export const ESTATE: readonly JobEvent[] = [
  {
    type: 'table',
    ts: 1,
    name: 'dw.orders',
    connector: 'kafka',
    options: { topic: 'orders' },
    schema: [col('id'), col('amount')],
  },
  {
    type: 'table',
    ts: 1,
    name: 'dim.device',
    connector: 'jdbc',
    options: { url: 'jdbc:mysql://db/dim' },
    schema: [col('imei')],
  },
  { type: 'job', ts: 1000, jobName: 'etl', jobId: 'e1', owner: 'ann', sql: ETL },
  { type: 'job', ts: 2000, jobName: 'agg', jobId: 'a1', owner: 'bob', sql: AGG },
  { type: 'report', ts: 1, name: 'gmv', owner: 'finance', reads: ['kafka://k:9092/c'] },
];

function col(name: string): { name: string; type: string } {
  return { name, type: 'STRING' };
}

/** A checker that knows what these events tell; a job's status is the one of its last event. */
export function checkerOf(events: readonly JobEvent[]): ScriptChecker {
  const evidence = new Evidence({}, { parseErrors: () => undefined, dropped: () => undefined });
  for (const event of events) evidence.take(event);
  const stateOf = (job: string) => ({ status: evidence.registry.statusOf(job, 1_000_000), since: null });
  return new ScriptChecker(evidence, { lineage: evidence.lineage, stateOf });
}

/** The findings of a script against the small estate. */
export async function findingsOf(
  sql: string,
  more: Omit<CheckInput, 'sql'> & { readonly events?: readonly JobEvent[] } = {},
): Promise<readonly Finding[]> {
  const { events = ESTATE, ...input } = more;
  const { findings } = await checkerOf(events).check({ sql, ...input });
  return findings;
}
