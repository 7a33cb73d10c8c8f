import type { ClusterFacts, DoctorFacts, RunningJob } from './facts.ts';
import type { Finding } from './finding.ts';
import { flinkVersionOf } from './release.ts';
import { hasListener } from './reporter-config.ts';

/** Whether job states and lineage are told by Flink itself. */
export function checkListener({ config, version: text }: ClusterFacts): Finding {
  const base = { step: 'lineage', subject: 'job listener' } as const;
  if (flinkVersionOf(text) !== '2.x')
    return {
      ...base,
      state: 'ok',
      detail: `Flink ${text} has none: tidewatch jobs submit tells what a job reads and writes`,
    };
  if (hasListener(config)) return { ...base, state: 'ok', detail: 'configured on the JobManager' };
  return {
    ...base,
    state: 'bad',
    detail: 'not configured: job states come from metrics only, and what jobs read and write is not told',
    remedy:
      'set execution.job-status-changed-listeners as tidewatch flink-config writes it, on the JobManager and on the client',
  };
}

/** Whether the daemon knows what a job reads and writes. */
export function checkLineage({ id, name }: RunningJob, { cluster, daemon }: DoctorFacts): Finding {
  const base = { step: 'lineage', subject: `job ${name}` } as const;
  if (daemon === null) return { ...base, state: 'unknown', detail: 'the daemon cannot be asked' };
  const submit = `tidewatch jobs submit --sql FILE --name ${JSON.stringify(name)} --job-id ${id}`;
  const tell =
    flinkVersionOf(cluster.version) === '2.x'
      ? `the listener must be in the configuration of the client that submits, too; for this run: ${submit}`
      : submit;
  const job = daemon.jobs.get(id);
  if (!job) return { ...base, state: 'bad', detail: 'the daemon does not know it', remedy: tell };
  if (job.reads + job.writes === 0)
    return { ...base, state: 'bad', detail: 'what it reads and writes is not known', remedy: tell };
  const detail = `reads ${job.reads}, writes ${job.writes} datasets`;
  if (job.hasSql) return { ...base, state: 'ok', detail: `${detail}; SQL known` };
  return { ...base, state: 'ok', detail: `${detail}; SQL not known, so no lineage of columns`, remedy: submit };
}

/** Whether a job commits its offsets. */
export function checkCheckpoints({ name, checkpointIntervalMs: intervalMs }: RunningJob): Finding {
  const base = { step: 'checkpoints', subject: `job ${name}` } as const;
  if (intervalMs !== null) return { ...base, state: 'ok', detail: `every ${intervalMs / 1000} s` };
  return {
    ...base,
    state: 'bad',
    detail: 'off: the job commits no offsets, so its recovery position and exactly-once delays are unknown',
    remedy: 'set execution.checkpointing.interval',
  };
}
