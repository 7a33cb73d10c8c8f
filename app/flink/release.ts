/** Lines of Flink that the jars are made for: run on them, or between two that were; docs/FLINK.md says which. */
export const FLINK_VERSIONS = ['2.x', ...(['1.20', '1.19', '1.18', '1.17', '1.16', '1.15', '1.14'] as const)] as const;
export type FlinkVersion = (typeof FLINK_VERSIONS)[number];

/** What differs between lines, as far as we write and judge configurations. */
export interface FlinkTraits {
  /** Has job status listeners: tells job states, and what a job reads and writes, by itself. */
  readonly hasListener: boolean;
  /** Reads `conf/config.yaml`; older lines know `flink-conf.yaml` alone. */
  readonly readsConfigYaml: boolean;
  /** Still reads `conf/flink-conf.yaml`. */
  readonly readsFlinkConf: boolean;
  /** Puts `flink-job-id` into the logging context of its threads (FLINK-34417). */
  readonly tagsLines: boolean;
  /** Its actor system, which logs under this name. */
  readonly actors: 'org.apache.pekko' | 'akka';
  /** Names the pod template of both processes. */
  readonly podTemplateKey: 'kubernetes.pod-template-file.default' | 'kubernetes.pod-template-file';
}

/** What is so on a line. */
export function traitsOf(version: FlinkVersion): FlinkTraits {
  const minor = version === '2.x' ? Infinity : Number(version.slice('1.'.length));
  return {
    hasListener: version === '2.x',
    readsConfigYaml: minor >= 19,
    readsFlinkConf: version !== '2.x',
    tagsLines: minor >= 20,
    actors: minor >= 18 ? 'org.apache.pekko' : 'akka',
    podTemplateKey: minor >= 17 ? 'kubernetes.pod-template-file.default' : 'kubernetes.pod-template-file',
  };
}

/** `2.3.0`, `2.x`, `1.20.3`, … to the line we write for; null for one we do not support. */
export function flinkVersionOf(text: string): FlinkVersion | null {
  if (/^2(\.|$)/.test(text)) return '2.x';
  const line = /^1\.\d+(?=\.|-|$)/.exec(text)?.[0];
  return FLINK_VERSIONS.find(version => version === line) ?? null;
}
