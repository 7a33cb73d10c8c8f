import { checkInstallation } from './check-installation.ts';
import { checkCheckpoints, checkLineage, checkListener } from './check-jobs.ts';
import { checkEnvironment, checkProcesses } from './check-processes.ts';
import { type ClusterFacts, type DaemonFacts, type DoctorFacts, JOB_MANAGER } from './facts.ts';
import type { Finding } from './finding.ts';

/** Processes whose metrics or lines the daemon has not got: ids of TaskManagers, `JOB_MANAGER`. */
export function silentProcesses(cluster: ClusterFacts, daemon: DaemonFacts | null): string[] {
  if (daemon === null) return [JOB_MANAGER, ...cluster.taskManagers];
  const silent = cluster.taskManagers.filter(id => !daemon.metrics.has(id) || !daemon.lines.has(id));
  return daemon.jobManagerReports && daemon.jobManagerLine ? silent : [JOB_MANAGER, ...silent];
}

/** Step by step what is there and what is missing, in the order of docs/FLINK.md. */
export function diagnose(facts: DoctorFacts): Finding[] {
  const { cluster } = facts;
  return [
    ...checkInstallation(facts),
    ...checkProcesses(facts, 'metrics'),
    ...checkProcesses(facts, 'logs'),
    ...checkEnvironment(facts),
    checkListener(cluster),
    ...cluster.jobs.map(job => checkLineage(job, facts)),
    ...cluster.jobs.map(checkCheckpoints),
  ];
}
