import { createHash } from 'node:crypto';
import { type Redactor, redactJson } from '../../collector/redact.ts';
import type { Json } from '../../model/json.ts';

/** What a person says of a job that was submitted. */
export interface JobSubmission {
  readonly name: string;
  readonly sql: string;
  readonly owner?: string | undefined;
  /** `catalog.database` the SQL runs in. */
  readonly session?: string | undefined;
  readonly jobId?: string | undefined;
  readonly appId?: string | undefined;
  readonly properties: Readonly<Record<string, string>>;
}

/** A record of the jobs stream (wire-formats, `type: job`), secrets masked before it leaves this machine. `ts`: epoch ms. */
export function submissionRecord(job: JobSubmission, ts: number, redactor: Redactor): Record<string, Json | undefined> {
  const { name, sql, owner, session, jobId, appId, properties } = job;
  return redactJson(
    {
      type: 'job',
      ts,
      job_name: name,
      ...(jobId && { job_id: jobId }),
      ...(appId && { app_id: appId }),
      ...(owner && { owner }),
      ...(session && { session }),
      sql,
      ...(Object.keys(properties).length > 0 && { properties }),
    },
    redactor,
  );
}

/** The same record sent again counts once. */
export function submissionKey(record: Buffer): string {
  return `job-${createHash('sha256').update(record).digest('hex').slice(0, 32)}`;
}
