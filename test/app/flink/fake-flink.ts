/** A JobManager's REST API with the answers of a real Flink 2.3.0, cut to what is read. */
import type { Get } from '../../../app/flink/read-cluster.ts';

export const TASK_MANAGER = '127.0.0.1:44509-fbde76';
export const JOB_ID = '545bb0f67b29ce85ef6b5891f3da39a1';

const threads = (...names: string[]) => ({
  threadInfos: names.map(threadName => ({ threadName, stringifiedThreadInfo: `"${threadName}" Id=1 WAITING` })),
});

/** Path -> body. */
export const FLINK_ANSWERS: Readonly<Record<string, unknown>> = {
  '/config': {
    'refresh-interval': 3000,
    'timezone-name': 'Coordinated Universal Time',
    'timezone-offset': 0,
    'flink-version': '2.3.0',
    'flink-revision': 'c0f8d1a @ 2026-06-14T16:29:03+02:00',
    features: { 'web-submit': false, 'web-cancel': true },
  },
  '/jobmanager/config': [
    { key: 'rest.port', value: '8081' },
    { key: 'metrics.reporters', value: 'tidewatch' },
  ],
  '/jobmanager/environment': {
    jvm: { version: 'OpenJDK 64-Bit Server VM', arch: 'amd64', options: ['-Xmx320m'] },
    classpath: ['/opt/flink/lib/flink-runtime-2.3.0.jar', '/opt/flink/lib/tidewatch-flink-lib-0.1.0.jar'],
  },
  '/taskmanagers': {
    taskmanagers: [
      { id: TASK_MANAGER, path: 'pekko.tcp://flink@127.0.0.1:44509/user/rpc/taskmanager_0', slotsNumber: 2 },
    ],
  },
  '/jobs/overview': { jobs: [{ jid: JOB_ID, name: 'orders', state: 'RUNNING', 'start-time': 1, duration: 2 }] },
  [`/jobs/${JOB_ID}/checkpoints/config`]: { mode: 'exactly_once', interval: 2000, timeout: 600_000 },
  '/jobmanager/thread-dump': threads('main', 'tidewatch-metrics'),
  [`/taskmanagers/${encodeURIComponent(TASK_MANAGER)}/thread-dump`]: threads('main'),
};

/** Asks it; `changed` paths answer otherwise, null is 404. */
export function fakeFlink(changed: Readonly<Record<string, unknown>> = {}, onAsked?: (path: string) => void): Get {
  const answers: Readonly<Record<string, unknown>> = { ...FLINK_ANSWERS, ...changed };
  return async path => {
    onAsked?.(path);
    return answers[path] ?? null;
  };
}
