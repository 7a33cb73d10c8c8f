/** What of one cluster belongs to the platform; `app` reads it off the lineage graph. */
export interface Estate {
  /** Topics its jobs, supervisors and reports read or write, by name; some may not exist. */
  readonly topics: ReadonlySet<string>;
  /** Consumer groups its jobs declare. */
  readonly groups: ReadonlySet<string>;
  /** The hop a group's commits on a topic belong to: the job, the group itself where it is nobody's; null where they count for nothing. */
  hopOf(group: string, topic: string): string | null;
}
