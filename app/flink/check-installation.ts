import type { DoctorFacts } from './facts.ts';
import type { Finding } from './finding.ts';
import { FLINK_VERSIONS, flinkVersionOf, traitsOf } from './release.ts';
import { configuredReporter } from './reporter-config.ts';

/** What the JobManager says of itself: its version, its class path, its reporters. */
export function checkInstallation(facts: DoctorFacts): Finding[] {
  const { cluster } = facts;
  return [version(cluster.version), ...jars(facts), reporterConfiguration(facts)];
}

function version(text: string): Finding {
  const base = { step: 'version', subject: 'Flink' } as const;
  if (flinkVersionOf(text) !== null) return { ...base, state: 'ok', detail: text };
  return {
    ...base,
    state: 'bad',
    detail: `${text} was never tried`,
    remedy: `the jars are made for Flink ${FLINK_VERSIONS.toReversed().join(', ')}`,
  };
}

function jars({ cluster: { classPath }, jarVersion }: DoctorFacts): Finding[] {
  const lib = classPath.map(jar => /^tidewatch-flink-lib(?:-(.+))?\.jar$/.exec(jar)).find(match => match !== null);
  const found: Finding[] = [];
  const subject = 'class path of the JobManager';
  const version = lib?.[1];
  // Flink 1.14 does not answer where later ones name their class path.
  if (classPath.length === 0)
    return [{ step: 'jars', subject, state: 'unknown', detail: 'this Flink does not tell it; the steps below do' }];
  if (!lib) {
    found.push({
      step: 'jars',
      subject,
      state: 'bad',
      detail: 'the library jar is not on it, so there is no log appender and no lineage listener',
      remedy: `put tidewatch-flink-lib-${jarVersion}.jar into lib/ of every Flink home and restart`,
    });
  } else {
    const isOther = version !== undefined && version !== jarVersion;
    const remedy = isOther ? { remedy: `this daemon comes with ${jarVersion}; replace the jar` } : {};
    found.push({ step: 'jars', subject, state: 'ok', detail: lib[0], ...remedy });
  }
  if (classPath.some(jar => /^tidewatch-flink-metrics.*\.jar$/.test(jar)))
    found.push({
      step: 'jars',
      subject,
      state: 'bad',
      detail: 'the reporter jar is in lib/, where its Kafka client shadows that of the jobs',
      remedy: `move it to plugins/tidewatch-metrics/ and restart`,
    });
  return found;
}

function reporterConfiguration({ cluster, daemon }: DoctorFacts): Finding {
  const base = { step: 'metrics', subject: 'configuration' } as const;
  const reporter = configuredReporter(cluster.config);
  if (reporter === null) {
    const version = flinkVersionOf(cluster.version);
    const file = version === null || traitsOf(version).readsConfigYaml ? 'config.yaml' : 'flink-conf.yaml';
    const remedy = `append what tidewatch flink-config writes to conf/${file} and restart`;
    return { ...base, state: 'bad', detail: 'no metric reporter of tidewatch is configured', remedy };
  }
  const { name, topic, isActive, intervalMs } = reporter;
  if (!isActive)
    return {
      ...base,
      state: 'bad',
      detail: `reporter "${name}" is configured, but metrics.reporters leaves it out`,
      remedy: `add it: metrics.reporters: …,${name}`,
    };
  const wanted = daemon?.topics.metrics ?? topic;
  if (wanted !== topic && wanted !== 'http')
    return {
      ...base,
      state: 'bad',
      detail: `the reporter writes to ${topic}, the daemon reads ${wanted}`,
      remedy: `set metrics.reporter.${name}.topic: ${wanted}`,
    };
  return { ...base, state: 'ok', detail: `reporter "${name}", every ${intervalMs / 1000} s, to topic ${topic}` };
}
