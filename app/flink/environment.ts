import type { FlinkTarget, ProcessRole } from './target.ts';

/**
 * The environment variables of a process that we set. `_APP_ID` and `CONTAINER_ID`, the other two that tie a line to its job, are
 * YARN's own; the pod template and the standalone scripts give them where there is no YARN.
 */
export function environmentOf(target: FlinkTarget, role: ProcessRole): Record<string, string> {
  return {
    ...(target.job === null ? {} : { JOB_NAME: target.job }),
    ...(target.owner === null ? {} : { JOB_OWNER: target.owner }),
    ...(target.cluster === null ? {} : { FLINK_CLUSTER: target.cluster }),
    TIDEWATCH_ROLE: role,
  };
}
