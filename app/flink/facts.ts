/** What a cluster and a daemon say of themselves, as far as telemetry is concerned: the input of the diagnosis. */

/** A Flink cluster, from its REST API. */
export interface ClusterFacts {
  /** `2.3.0`. */
  readonly version: string;
  /** The JobManager's configuration. */
  readonly config: ReadonlyMap<string, string>;
  /** File names on the JobManager's class path. */
  readonly classPath: readonly string[];
  /** Ids of the registered TaskManagers: container ids on YARN, pod names on Kubernetes, `host:port-…` elsewhere. */
  readonly taskManagers: readonly string[];
  /** Jobs that have not ended. */
  readonly jobs: readonly RunningJob[];
}

export interface RunningJob {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  /** Null: no checkpoints. */
  readonly checkpointIntervalMs: number | null;
}

/** What a daemon has seen of that cluster. */
export interface DaemonFacts {
  /** The metrics window that was asked about, ms before now. */
  readonly windowMs: number;
  /** Topics the daemon reads; `http` where it does not read Kafka. */
  readonly topics: { readonly metrics: string; readonly logs: string; readonly jobs: string };
  /** Records the daemon refused since its start, by reason: of every cluster, so a hint and no finding. */
  readonly refused: {
    readonly metrics: Readonly<Record<string, number>>;
    readonly logs: Readonly<Record<string, number>>;
  };
  /** TaskManager id -> what it reported within the window. */
  readonly metrics: ReadonlyMap<string, SeenMetrics>;
  /** Whether the JobManager reported within the window; null when nothing ties one to this cluster. */
  readonly jobManagerReports: boolean | null;
  /** TaskManager id -> its newest line. */
  readonly lines: ReadonlyMap<string, SeenLine>;
  /** The JobManager's newest line; undefined when nothing ties one to this cluster. */
  readonly jobManagerLine: SeenLine | null | undefined;
  /** Flink job id -> what is known of the job. */
  readonly jobs: ReadonlyMap<string, SeenJob>;
}

export interface SeenMetrics {
  /** Metrics it reports each interval. */
  readonly count: number;
  /** Records its reporter had to drop since it was started. */
  readonly dropped: number;
  /** Empty when the process has no CONTAINER_ID. */
  readonly container: string;
}

export interface SeenLine {
  /** Milliseconds since it was written. */
  readonly ageMs: number;
  readonly role: string;
  readonly appId: string;
}

export interface SeenJob {
  readonly name: string;
  readonly reads: number;
  readonly writes: number;
  readonly hasSql: boolean;
}

/** Names of the threads of a process: whether our senders run in it. Null when it was not asked or did not answer. */
export type Threads = readonly string[] | null;

/** Key of the JobManager in maps of processes; ids of TaskManagers are never empty. */
export const JOB_MANAGER = '';

/** Everything the diagnosis goes by. */
export interface DoctorFacts {
  readonly cluster: ClusterFacts;
  /** Null when the daemon does not answer, with the reason in `daemonError`. */
  readonly daemon: DaemonFacts | null;
  readonly daemonError: string;
  /** Threads of processes that were silent. */
  readonly threads: ReadonlyMap<string, Threads>;
  /** Version of the jars that belong to this daemon. */
  readonly jarVersion: string;
}
