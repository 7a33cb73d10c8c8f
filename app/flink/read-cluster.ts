/** A Flink cluster's REST API -> facts. Only fields that Flink 1.14 to 2.x answer alike are read. */
import { basename } from 'node:path';
import { z } from 'zod';
import { type ClusterFacts, JOB_MANAGER, type RunningJob, type Threads } from './facts.ts';

/** Body of a GET; null for 404 and for what the cluster fails to answer; rejects when nobody answers. */
export type Get = (path: string) => Promise<unknown>;

const Config = z.object({ 'flink-version': z.string() });
const Entries = z.array(z.object({ key: z.string(), value: z.string() }));
const Environment = z.object({ classpath: z.array(z.string()) });
const TaskManagers = z.object({ taskmanagers: z.array(z.object({ id: z.string() })) });
const Jobs = z.object({ jobs: z.array(z.object({ jid: z.string(), name: z.string(), state: z.string() })) });
const Checkpointing = z.object({ interval: z.number() });
const ThreadDump = z.object({ threadInfos: z.array(z.object({ threadName: z.string() })) });

const ENDED = new Set(['FINISHED', 'CANCELED', 'FAILED']);
/** Flink says this many milliseconds (the largest long) where checkpoints are not periodic. */
const NEVER = 9e15;
const MAX_JOBS = 100;
/** A thread dump stops a JVM for a moment: only silent processes are asked, and not all of a large cluster. */
const MAX_DUMPS = 10;

/** Asks the cluster; rejects when it does not answer as Flink does. */
export async function readCluster(get: Get): Promise<ClusterFacts> {
  const config = Config.safeParse(await get('/config'));
  if (!config.success) throw new Error('what answers there is not a Flink JobManager');
  const [entries, environment, { taskmanagers }, { jobs }] = await Promise.all([
    get('/jobmanager/config').then(answer => Entries.parse(answer ?? [])),
    get('/jobmanager/environment').then(answer => Environment.parse(answer ?? { classpath: [] })),
    get('/taskmanagers').then(answer => TaskManagers.parse(answer)),
    get('/jobs/overview').then(answer => Jobs.parse(answer)),
  ]);
  const running = jobs.filter(job => !ENDED.has(job.state)).slice(0, MAX_JOBS);
  return {
    version: config.data['flink-version'],
    config: new Map(entries.map(({ key, value }) => [key, value])),
    classPath: environment.classpath.map(entry => basename(entry)),
    taskManagers: taskmanagers.map(({ id }) => id),
    jobs: await Promise.all(running.map(job => readJob(get, job))),
  };
}

async function readJob(get: Get, { jid, name, state }: z.infer<typeof Jobs>['jobs'][number]): Promise<RunningJob> {
  const checkpointing = Checkpointing.safeParse(await get(`/jobs/${jid}/checkpoints/config`));
  const interval = checkpointing.success && checkpointing.data.interval < NEVER ? checkpointing.data.interval : null;
  return { id: jid, name, state, checkpointIntervalMs: interval };
}

/** Threads of the given processes, by TaskManager id or `JOB_MANAGER`. */
export async function readThreads(get: Get, processes: readonly string[]): Promise<ReadonlyMap<string, Threads>> {
  const asked = processes.slice(0, MAX_DUMPS).map(async id => {
    const path = id === JOB_MANAGER ? '/jobmanager' : `/taskmanagers/${encodeURIComponent(id)}`;
    const dump = ThreadDump.safeParse(await get(`${path}/thread-dump`));
    return [id, dump.success ? dump.data.threadInfos.map(({ threadName }) => threadName) : null] as const;
  });
  return new Map(await Promise.all(asked));
}
