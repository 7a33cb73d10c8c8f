import type { Evidence } from '../graph/evidence.ts';
import type { GraphView } from '../graph/view.ts';
import { formatName, parseName, parseSession, qualify } from '../sql/resolve/names.ts';
import { type CheckAnswer, checkScript } from './check.ts';
import { createGraphEstate } from './graph-estate.ts';
import { type JobSql, JobTables } from './job-tables.ts';
import type { SubjectInput } from './subject.ts';

export interface CheckInput extends SubjectInput {
  /** `catalog.db.table` -> its columns in order; names with fewer parts are those of the session. */
  readonly schemas?: Readonly<Record<string, readonly string[]>> | undefined;
}

/** Checks scripts against one graph. */
export class ScriptChecker {
  readonly #evidence: Evidence;
  readonly #view: GraphView;
  readonly #jobTables = new JobTables();

  constructor(evidence: Evidence, view: GraphView) {
    this.#evidence = evidence;
    this.#view = view;
  }

  /** Reads the DDL of all jobs that changed, in slices, so that a check need not wait for it. */
  prepare(): Promise<void> {
    return this.#jobTables.refresh(() => this.#jobs());
  }

  /** Reads the DDL of jobs that changed since `prepare` or the last call. */
  async check({ schemas = {}, ...script }: CheckInput): Promise<CheckAnswer> {
    await this.prepare();
    const estate = createGraphEstate({
      view: this.#view,
      evidence: this.#evidence,
      jobTables: this.#jobTables,
      schemas: qualified(schemas, script.session),
    });
    return checkScript(script, estate);
  }

  *#jobs(): Generator<JobSql> {
    const { registry } = this.#evidence;
    for (const name of registry.names()) {
      const job = registry.stored(name);
      if (job !== null) yield job;
    }
  }
}

function qualified(
  schemas: NonNullable<CheckInput['schemas']>,
  session: string | undefined,
): NonNullable<CheckInput['schemas']> {
  const names = Object.entries(schemas).map(([name, columns]) => {
    const parts = parseName(name);
    return [formatName(qualify(parts, parseSession(session)) ?? parts), columns] as const;
  });
  return Object.fromEntries(names);
}
