import { configSections, configYaml, legacyConfig } from './config-fragment.ts';
import { log4jProperties } from './log4j-properties.ts';
import { traitsOf } from './release.ts';
import { environmentScript, podTemplate } from './scripts.ts';
import type { FlinkTarget } from './target.ts';

/** A file to install, and where. */
export interface GeneratedFile {
  /** Name in the output folder. */
  readonly name: string;
  /** Where it goes, for a person. */
  readonly place: string;
  readonly content: string;
}

/** A jar to install, by its name in the release. */
export interface InstalledJar {
  readonly jar: string;
  /** Path below Flink's home. */
  readonly to: string;
}

/** The two jars: a plugin with a class loader of its own, and a library beside Flink's own. */
export function jarsOf({ jarVersion }: Pick<FlinkTarget, 'jarVersion'>): InstalledJar[] {
  const metrics = `tidewatch-flink-metrics-${jarVersion}.jar`;
  const lib = `tidewatch-flink-lib-${jarVersion}.jar`;
  return [
    { jar: metrics, to: `plugins/tidewatch-metrics/${metrics}` },
    { jar: lib, to: `lib/${lib}` },
  ];
}

/** Every file for this target. */
export function generatedFiles(target: FlinkTarget): GeneratedFile[] {
  return [...configFiles(target), ...logFiles(target), ...environmentFiles(target)];
}

function configFiles(target: FlinkTarget): GeneratedFile[] {
  const sections = configSections(target);
  const { readsConfigYaml, readsFlinkConf } = traitsOf(target.version);
  const both = readsFlinkConf
    ? '; a cluster that still uses flink-conf.yaml takes flink-conf.fragment.yaml instead'
    : '';
  const yaml: GeneratedFile = {
    name: 'config.fragment.yaml',
    place: `append to conf/config.yaml of ${hosts(target)}${both}`,
    content: configYaml(sections),
  };
  const legacy: GeneratedFile = {
    name: 'flink-conf.fragment.yaml',
    place: readsConfigYaml
      ? 'only without a conf/config.yaml: append to conf/flink-conf.yaml'
      : `append to conf/flink-conf.yaml of ${hosts(target)}`,
    content: legacyConfig(sections, readsConfigYaml ? 'use config.yaml' : 'choose one without # and line breaks'),
  };
  return [...(readsConfigYaml ? [yaml] : []), ...(readsFlinkConf ? [legacy] : [])];
}

function hosts({ deployment }: FlinkTarget): string {
  if (deployment === 'standalone') return 'every JobManager, every TaskManager and the client';
  return 'the Flink home that submits (it is shipped to JobManager and TaskManagers)';
}

function logFiles(target: FlinkTarget): GeneratedFile[] {
  const client: GeneratedFile = {
    name: 'log4j-cli.properties',
    place: 'conf/log4j-cli.properties of the client (flink run)',
    content: log4jProperties(target, 'client'),
  };
  const rolling: GeneratedFile = {
    name: 'log4j.properties',
    place: `conf/log4j.properties of ${hosts(target)}`,
    content: log4jProperties(target, 'process'),
  };
  const onConsole: GeneratedFile = {
    name: 'log4j-console.properties',
    place:
      target.deployment === 'kubernetes'
        ? `conf/log4j-console.properties of ${hosts(target)}`
        : 'conf/log4j-console.properties of processes started in the foreground (start-foreground, containers)',
    content: log4jProperties(target, 'console'),
  };
  switch (target.deployment) {
    case 'yarn':
      return [rolling, client];
    case 'kubernetes':
      return [onConsole, client];
    case 'standalone':
      return [rolling, onConsole, client];
  }
}

function environmentFiles(target: FlinkTarget): GeneratedFile[] {
  const script = (role: 'jobmanager' | 'taskmanager' | 'client', before: string): GeneratedFile => ({
    name: `env-${role}.sh`,
    place: `source it before ${before}`,
    content: environmentScript(target, role),
  });
  const client = script(
    'client',
    target.job === null ? 'flink run or the SQL client' : 'flink run, in the shell that submits this job',
  );
  switch (target.deployment) {
    case 'yarn':
      return [client];
    case 'kubernetes':
      return [
        {
          name: 'tidewatch-pod-template.yaml',
          place:
            'conf/tidewatch-pod-template.yaml of the Flink home that submits; with the Flink operator: spec.podTemplate',
          content: podTemplate(target),
        },
        client,
      ];
    case 'standalone':
      return [
        script('jobmanager', 'bin/jobmanager.sh start'),
        script('taskmanager', 'bin/taskmanager.sh start'),
        client,
      ];
  }
}
