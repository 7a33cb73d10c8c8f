/** Versions of jobs: what each was, from when until when. The current one's datasets are the graph's; older ones keep theirs as of then. */
import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { JobSubmitted } from '../../model/job-event.ts';
import type { Labels } from '../../model/labels.ts';
import type { VersionChange } from './answers.ts';
import type { EdgeRole } from './fragment.ts';

/** Datasets of a version by their ids. */
export interface VersionTables {
  readonly reads: readonly { readonly id: string; readonly role: EdgeRole }[];
  readonly writes: readonly string[];
}

/** One version as it is kept and stored. */
export interface JobVersion {
  readonly version: number;
  readonly from: number;
  readonly jobId: string | null;
  readonly owner: string | null;
  readonly by: string | null;
  readonly hash: string;
  readonly changed: readonly VersionChange[];
  /** Deflated, in base64; null: none, or not kept. */
  readonly sql: string | null;
  readonly hasSql: boolean;
  readonly session: string | null;
  /** Datasets the submission declared. */
  readonly declared: { readonly reads: readonly string[]; readonly writes: readonly string[] } | null;
  /** As of the end of the version; null for the one in force. */
  readonly tables: VersionTables | null;
}

/** Body of a `job_version` document; oldest first. */
export interface VersionsDoc {
  readonly job: string;
  readonly versions: readonly JobVersion[];
}

export interface NoteContext {
  readonly before: VersionTables;
  /** What the submission itself reads and writes. */
  readonly own: () => VersionTables;
  readonly amends: boolean;
  readonly late: boolean;
}

const MAX_VERSIONS = 50;
/** Characters of SQL beyond which only the hash is kept. */
const MAX_SQL = 256 * 1024;
/** Characters of stored SQL of one job, the newest versions first. */
const MAX_SQL_PER_JOB = 512 * 1024;

export class JobVersions {
  readonly #jobs = new Map<string, readonly JobVersion[]>();

  restore({ job, versions }: VersionsDoc): void {
    this.#jobs.set(job, versions);
  }

  /** Oldest first; empty for a job nobody submitted. */
  of(job: string): readonly JobVersion[] {
    return this.#jobs.get(job) ?? [];
  }

  get all(): Iterable<readonly [string, readonly JobVersion[]]> {
    return this.#jobs;
  }

  delete(job: string): void {
    this.#jobs.delete(job);
  }

  /**
   * Takes a submission as a version, unless it says what the version in force or its neighbours in time say. `before`: the datasets of the
   * version in force until now · `own`: those of the submission, asked for where it is history already · `amends`: it tells more of the version in force · `late`: a newer submission was taken before. True when
   * something changed.
   */
  note(event: JobSubmitted, { before, own, amends, late }: NoteContext): boolean {
    const versions = this.of(event.jobName);
    const last = versions.at(-1);
    const hash = hashOf(event);
    if (last === undefined) return this.#set(event.jobName, [versionOf(event, hash, 1, ['first'])]);
    if (amends || last.hash === hash) return this.#amend(event, hash, versions, last);
    const older = versions.findLast(version => version.from <= event.ts);
    if (older === last) {
      // What came after it was like the version in force: there is nothing to put it between.
      if (late) return false;
      const ended = { ...last, tables: before };
      const next = versionOf(event, hash, nextNumber(versions), changesOf(ended, event));
      return this.#set(event.jobName, [...versions.slice(0, -1), ended, next]);
    }
    return older?.hash === hash ? false : this.#insert(event, hash, versions, own);
  }

  #amend(event: JobSubmitted, hash: string, versions: readonly JobVersion[], last: JobVersion): boolean {
    const told = versionOf(event, hash, last.version, last.changed);
    const amended: JobVersion = {
      ...told,
      from: Math.min(last.from, event.ts),
      jobId: last.jobId ?? told.jobId,
      owner: told.owner ?? last.owner,
      by: told.by ?? last.by,
      sql: told.sql ?? last.sql,
    };
    if (JSON.stringify(amended) === JSON.stringify(last)) return false;
    return this.#set(event.jobName, [...versions.slice(0, -1), amended]);
  }

  /** A submission that became known late. */
  #insert(event: JobSubmitted, hash: string, versions: readonly JobVersion[], own: () => VersionTables): boolean {
    const at = versions.findIndex(version => version.from > event.ts);
    const next = versions[at]!;
    if (next.hash === hash) return this.#set(event.jobName, versions.with(at, { ...next, from: event.ts }));
    const late = { ...versionOf(event, hash, nextNumber(versions), []), tables: own() };
    return this.#set(event.jobName, versions.toSpliced(at, 0, late));
  }

  #set(job: string, versions: readonly JobVersion[]): true {
    const kept: JobVersion[] = [];
    let size = 0;
    for (const version of versions.slice(-MAX_VERSIONS).reverse()) {
      size += version.sql?.length ?? 0;
      kept.push(size <= MAX_SQL_PER_JOB ? version : { ...version, sql: null });
    }
    this.#jobs.set(job, kept.reverse());
    return true;
  }
}

/** The SQL of a version; null when it has none, or it was not kept. */
export function sqlOf({ sql }: JobVersion): string | null {
  return sql === null ? null : inflateRawSync(Buffer.from(sql, 'base64')).toString('utf8');
}

/** A version as the submission it was; null when its SQL was not kept. */
export function submissionOf(job: string, version: JobVersion): JobSubmitted | null {
  const sql = sqlOf(version);
  if (version.hasSql && sql === null) return null;
  return {
    type: 'job',
    ts: version.from,
    jobName: job,
    ...(sql === null ? {} : { sql }),
    ...(version.session === null ? {} : { session: version.session }),
    ...(version.declared ?? {}),
  };
}

function versionOf(event: JobSubmitted, hash: string, version: number, changed: readonly VersionChange[]): JobVersion {
  const { ts, jobId, owner, sql = '', session, reads, writes, properties } = event;
  const kept = sql !== '' && sql.length <= MAX_SQL;
  return {
    version,
    from: ts,
    jobId: jobId ?? null,
    owner: owner ?? null,
    by: submitterOf(properties),
    hash,
    changed,
    sql: kept ? deflateRawSync(sql).toString('base64') : null,
    hasSql: sql !== '',
    session: session ?? null,
    declared: reads === undefined && writes === undefined ? null : { reads: reads ?? [], writes: writes ?? [] },
    tables: null,
  };
}

/** What defines a job: its SQL and where that runs, else the datasets it declares. */
function hashOf({ sql = '', session = '', reads = [], writes = [] }: JobSubmitted): string {
  const definition = sql === '' ? [reads.toSorted(), writes.toSorted()] : [sql, session];
  return createHash('sha256').update(JSON.stringify(definition)).digest('hex');
}

function changesOf(before: JobVersion, event: JobSubmitted): readonly VersionChange[] {
  const changed: VersionChange[] = [];
  const sql = event.sql ?? '';
  if (before.hasSql !== (sql !== '') || (sql !== '' && sqlOf(before) !== sql)) changed.push('sql');
  if (before.session !== (event.session ?? null)) changed.push('session');
  const differs = (a: readonly string[] = [], b: readonly string[] = []): boolean =>
    JSON.stringify(a.toSorted()) !== JSON.stringify(b.toSorted());
  if (sql === '' && !before.hasSql && differs(before.declared?.reads, event.reads)) changed.push('reads');
  if (sql === '' && !before.hasSql && differs(before.declared?.writes, event.writes)) changed.push('writes');
  if (event.owner !== undefined && before.owner !== event.owner) changed.push('owner');
  return changed;
}

function nextNumber(versions: readonly JobVersion[]): number {
  return Math.max(...versions.map(({ version }) => version)) + 1;
}

function submitterOf(properties: Labels = {}): string | null {
  return properties['submitted_by'] ?? properties['user.name'] ?? null;
}
