/** How processes that YARN does not start get their environment: shell scripts and a pod template. */
import { environmentOf } from './environment.ts';
import { shellWord, yamlScalar } from './quote.ts';
import type { FlinkTarget, ProcessRole } from './target.ts';

/** A script to source before the process is started. */
export function environmentScript(target: FlinkTarget, role: ProcessRole): string {
  const lines = Object.entries(environmentOf(target, role)).map(
    ([name, value]) => `export ${name}=${shellWord(value)}`,
  );
  if (target.deployment === 'standalone' && role !== 'client') {
    lines.push(
      '# Where there is no YARN: the cluster is the application, each start of a process a container.',
      `export _APP_ID="\${_APP_ID:-${'$'}{FLINK_CLUSTER:-${'$'}{JOB_NAME:-standalone}}}"`,
      `export CONTAINER_ID="$(hostname)-${role}-$(date +%s)-$$"`,
    );
  }
  return `${lines.join('\n')}\n`;
}

/** The template of JobManager and TaskManager pods on Kubernetes. */
export function podTemplate({ kafka: { secret } }: FlinkTarget): string {
  const password =
    secret && 'env' in secret
      ? `
        - name: ${yamlScalar(secret.env)}
          valueFrom: {secretKeyRef: {name: tidewatch-kafka, key: password}}`
      : '';
  return `apiVersion: v1
kind: Pod
metadata:
  name: tidewatch-pod-template
spec:
  containers:
    - name: flink-main-container
      env:
        - name: CONTAINER_ID
          valueFrom: {fieldRef: {fieldPath: metadata.name}}
        - name: _APP_ID
          valueFrom: {fieldRef: {fieldPath: "metadata.labels['app']"}}${password}
`;
}
