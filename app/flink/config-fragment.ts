import { environmentOf } from './environment.ts';
import { legacyFlinkValue, podEnvironmentValue, yamlScalar, yarnEnvironmentValue } from './quote.ts';
import { traitsOf } from './release.ts';
import type { FlinkTarget } from './target.ts';

/** The factory in the reporter's jar. */
export const REPORTER_FACTORY = 'io.tidewatch.flink.metrics.KafkaMetricReporterFactory';
/** The factory of the job listener, Flink 2.x. */
export const LISTENER_FACTORY = 'io.tidewatch.flink.lineage.LineageListenerFactory';

/** Keys of Flink's configuration that belong together. */
export interface ConfigSection {
  readonly comment: string;
  readonly entries: readonly (readonly [key: string, value: string])[];
}

/** What Flink's configuration must say, the same for JobManager, TaskManager and client. */
export function configSections(target: FlinkTarget): ConfigSection[] {
  const { kafka, deployment } = target;
  const traits = traitsOf(target.version);
  const producer = { 'bootstrap.servers': kafka.bootstrapServers, ...kafka.producer };
  const below = (prefix: string) =>
    Object.entries(producer).map(([name, value]) => [`${prefix}.${name}`, value] as const);
  const reporter = 'metrics.reporter.tidewatch';
  return [
    {
      comment: 'Metrics. If metrics.reporters is set already, join the names there: metrics.reporters: other,tidewatch',
      entries: [
        ['metrics.reporters', 'tidewatch'],
        [`${reporter}.factory.class`, REPORTER_FACTORY],
        [`${reporter}.interval`, '10 s'],
        [`${reporter}.topic`, kafka.topics.metrics],
        ...below(`${reporter}.kafka`),
      ],
    },
    ...(traits.hasListener
      ? [
          {
            comment: 'Lineage and job states. Listeners of your own go into the same key, separated by semicolons.',
            entries: [
              ['execution.job-status-changed-listeners', LISTENER_FACTORY],
              ['tidewatch.jobs.topic', kafka.topics.jobs],
              ...(target.owner === null ? [] : [['tidewatch.jobs.owner', target.owner] as const]),
              ...below('tidewatch.jobs.kafka'),
            ] as const,
          },
        ]
      : []),
    ...(deployment === 'standalone' ? [] : [environmentSection(target)]),
    ...(deployment === 'kubernetes'
      ? [
          {
            comment:
              'Pods: their own names as CONTAINER_ID, the cluster id as _APP_ID, the Kafka password from a secret.',
            entries: [[traits.podTemplateKey, 'conf/tidewatch-pod-template.yaml']] as const,
          },
        ]
      : []),
  ];
}

function environmentSection(target: FlinkTarget): ConfigSection {
  const quote = target.deployment === 'yarn' ? yarnEnvironmentValue : podEnvironmentValue;
  const entries = (['master', 'taskmanager'] as const).flatMap(process =>
    Object.entries(environmentOf(target, process === 'master' ? 'jobmanager' : 'taskmanager')).map(
      ([name, value]) => [`containerized.${process}.env.${name}`, quote(value)] as const,
    ),
  );
  return { comment: 'Who a log line and a metric belong to, for JobManager and TaskManagers.', entries };
}

/** The sections as lines of `config.yaml`: flat keys, which Flink reads beside nested ones. */
export function configYaml(sections: readonly ConfigSection[]): string {
  return sections
    .map(({ comment, entries }) =>
      [`# ${comment}`, ...entries.map(([key, value]) => `${key}: ${yamlScalar(value)}`)].join('\n'),
    )
    .join('\n\n')
    .concat('\n');
}

/**
 * The sections as lines of `flink-conf.yaml` (before 2.0); what that format cannot hold is left out and named, with `remedy` in words.
 */
export function legacyConfig(sections: readonly ConfigSection[], remedy: string): string {
  return sections
    .map(({ comment, entries }) =>
      [`# ${comment}`, ...entries.map(([key, value]) => legacyLine(key, value, remedy))].join('\n'),
    )
    .join('\n\n')
    .concat('\n');
}

function legacyLine(key: string, value: string, remedy: string): string {
  const written = legacyFlinkValue(value);
  return written === null ? `# ${key}: its value cannot be written in this format; ${remedy}` : `${key}: ${written}`;
}
