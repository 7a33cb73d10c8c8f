/**
 * Which Flink job ids belong to which job name. Log lines of a session cluster carry only `flink-job-id`; the name is joined
 * when they are read, so it also reaches lines that came before the name was known.
 */
export interface JobNames {
  nameOf(jobId: string): string | undefined;
  /** All known runs of a job, newest last. */
  idsOf(jobName: string): readonly string[];
  /** Every id whose name is known. */
  knownIds(): Iterable<string>;
  names(): Iterable<string>;
}

/** No names known: every line keeps its environment's job name. */
export const NO_JOB_NAMES: JobNames = {
  nameOf: () => undefined,
  idsOf: () => [],
  knownIds: () => [],
  names: () => [],
};
