import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { UserError } from '../../model/errors.ts';
import { environmentOf } from '../flink/environment.ts';
import { generatedFiles, jarsOf } from '../flink/generated-files.ts';
import { annotatedDocument, installGuide } from '../flink/install-guide.ts';
import { readTelemetryKafka } from '../flink/kafka-settings.ts';
import { FLINK_VERSIONS, flinkVersionOf } from '../flink/release.ts';
import { DEPLOYMENTS, type Deployment, type FlinkTarget } from '../flink/target.ts';
import { VERSION } from '../version.ts';

/** `tidewatch flink-config`: the files that make one job's, or one session cluster's, Flink ship its telemetry. */
export function flinkConfig(args: readonly string[], env: NodeJS.ProcessEnv): number {
  const { values } = parseArgs({
    args: [...args],
    options: {
      job: { type: 'string' },
      'session-cluster': { type: 'boolean', default: false },
      owner: { type: 'string' },
      cluster: { type: 'string' },
      version: { type: 'string', default: '2.x' },
      yarn: { type: 'boolean', default: false },
      kubernetes: { type: 'boolean', default: false },
      standalone: { type: 'boolean', default: false },
      config: { type: 'string' },
      brokers: { type: 'string' },
      'password-file': { type: 'string' },
      out: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  if (Boolean(values.job) === values['session-cluster'])
    throw new UserError('bad-request', 'flink-config needs either --job NAME or --session-cluster');
  const version = flinkVersionOf(values.version);
  if (version === null)
    throw new UserError(
      'bad-request',
      `the jars are not made for Flink ${values.version}; --version is one of ${FLINK_VERSIONS.join(', ')}`,
    );
  const target: FlinkTarget = {
    version,
    deployment: deploymentOf(values),
    job: values.job ?? null,
    owner: values.owner || null,
    cluster: values.cluster || null,
    jarVersion: VERSION,
    kafka: readTelemetryKafka({
      file: values.config ?? null,
      env,
      brokers: values.brokers ?? null,
      passwordFile: values['password-file'] ?? null,
    }),
  };
  const files = generatedFiles(target);
  const written =
    values.out === undefined
      ? []
      : write(values.out, [...files, { name: 'INSTALL.txt', content: installGuide(target, files) }]);
  if (values.json) {
    const roles = ['jobmanager', 'taskmanager', 'client'] as const;
    const answer = {
      files,
      jars: jarsOf(target),
      environment: Object.fromEntries(roles.map(role => [role, environmentOf(target, role)])),
      remarks: target.kafka.remarks,
      written,
    };
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  } else if (values.out === undefined) process.stdout.write(annotatedDocument(target, files));
  else process.stdout.write(`${written.join('\n')}\n\n${installGuide(target, files)}`);
  return 0;
}

/** YARN unless said otherwise. */
function deploymentOf(values: Readonly<Record<Deployment, boolean>>): Deployment {
  const chosen = DEPLOYMENTS.filter(name => values[name]);
  if (chosen.length > 1) throw new UserError('bad-request', `--${chosen.join(' and --')} exclude each other`);
  return chosen[0] ?? 'yarn';
}

function write(dir: string, files: readonly { readonly name: string; readonly content: string }[]): string[] {
  try {
    mkdirSync(dir, { recursive: true });
    return files.map(({ name, content }) => {
      const path = join(dir, name);
      writeFileSync(path, content);
      return path;
    });
  } catch (error) {
    throw new UserError('bad-request', `cannot write into ${dir}: ${(error as Error).message}`, { cause: error });
  }
}
