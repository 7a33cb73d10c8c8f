/** Flink's own REST API, as these tests read it: a witness beside the daemon. */

export interface FlinkJob {
  readonly jid: string;
  readonly name: string;
  readonly state: string;
}

interface Vertices {
  readonly vertices: readonly { readonly id: string; readonly name: string }[];
}

/** Questions to the REST API of one JobManager; a request that gets no good answer rejects. */
export class FlinkRest {
  readonly #base: string;

  constructor(base: string) {
    this.#base = base;
  }

  /** Jobs that the JobManager knows, ended ones too. */
  async jobs(): Promise<readonly FlinkJob[]> {
    const { jobs } = await this.#get<{ jobs: readonly FlinkJob[] }>('/jobs/overview');
    return jobs;
  }

  /** True when every task of the job runs, which is later than the job's own state RUNNING. */
  async runsWholly(jobId: string): Promise<boolean> {
    const { vertices } = await this.#get<{ vertices: readonly { readonly status: string }[] }>(`/jobs/${jobId}`);
    return vertices.length > 0 && vertices.every(({ status }) => status === 'RUNNING');
  }

  /** Registered TaskManagers: ids and container addresses are not told apart here, their number is what matters. */
  async taskManagers(): Promise<number> {
    const { taskmanagers } = await this.#get<{ taskmanagers: readonly unknown[] }>('/taskmanagers');
    return taskmanagers.length;
  }

  /** Number of checkpoints the job has completed since it was submitted. */
  async completedCheckpoints(jobId: string): Promise<number> {
    const { counts } = await this.#get<{ counts: { readonly completed: number } }>(`/jobs/${jobId}/checkpoints`);
    return counts.completed;
  }

  /**
   * Current values of the metrics of a job's source whose name ends in `.<suffix>`: `<subtask>.<metric>` -> value. They come
   * from Flink's metric query service, not from any reporter.
   */
  async sourceMetrics(jobId: string, suffix: string): Promise<ReadonlyMap<string, number>> {
    const { vertices } = await this.#get<Vertices>(`/jobs/${jobId}`);
    const source = vertices.find(({ name }) => name.startsWith('Source:'));
    if (!source) throw new Error(`job ${jobId} has no source`);
    const path = `/jobs/${jobId}/vertices/${source.id}/metrics`;
    const all = await this.#get<readonly { readonly id: string }[]>(path);
    const wanted = all.map(({ id }) => id).filter(id => id.endsWith(`.${suffix}`));
    if (wanted.length === 0) return new Map();
    const values = await this.#get<readonly { readonly id: string; readonly value: string }[]>(
      `${path}?get=${encodeURIComponent(wanted.join(','))}`,
    );
    return new Map(values.map(({ id, value }) => [id, Number(value)]));
  }

  /** Asks the job to end as CANCELED; it has not ended yet when this resolves. */
  async cancel(jobId: string): Promise<void> {
    const answer = await fetch(`${this.#base}/jobs/${jobId}?mode=cancel`, { method: 'PATCH' });
    if (!answer.ok) throw new Error(`cancel ${jobId}: ${answer.status} ${await answer.text()}`);
  }

  async #get<T>(path: string): Promise<T> {
    const answer = await fetch(this.#base + path);
    if (!answer.ok) throw new Error(`GET ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }
}
