/**
 * Everything `tidewatch flink-config` and `tidewatch doctor --flink` know of Flink. This folder is pure: what goes where, how it is
 * quoted, what a cluster's answers mean; `app/commands/` reads, writes and asks.
 */
import type { FlinkVersion } from './release.ts';

/** Who starts Flink's processes, and so how they get environment variables. */
export const DEPLOYMENTS = ['yarn', 'kubernetes', 'standalone'] as const;
export type Deployment = (typeof DEPLOYMENTS)[number];

/** What a process is for the daemon: the value of `TIDEWATCH_ROLE`. */
export type ProcessRole = 'jobmanager' | 'taskmanager' | 'client';

/** What a configuration is written for. */
export interface FlinkTarget {
  readonly version: FlinkVersion;
  readonly deployment: Deployment;
  /** Null for a session cluster: its lines and metrics are joined to their jobs by Flink's job id. */
  readonly job: string | null;
  readonly owner: string | null;
  readonly cluster: string | null;
  /** Version of the jars, which is the daemon's own. */
  readonly jarVersion: string;
  readonly kafka: TelemetryKafka;
}

/** The Kafka that takes the telemetry. */
export interface TelemetryKafka {
  readonly topics: { readonly metrics: string; readonly logs: string; readonly jobs: string };
  /** `h:9092,h2:9092`. */
  readonly bootstrapServers: string;
  /** Further producer properties: security, secrets as references that Kafka itself resolves. */
  readonly producer: Readonly<Record<string, string>>;
  /** Where the password comes from, when there is one. */
  readonly secret: SecretReference | null;
  /** What a person has to do that no file can. */
  readonly remarks: readonly string[];
}

/** A secret that is named, never written: an environment variable of the Flink processes, or the line `password=…` of a file on their hosts. */
export type SecretReference = { readonly env: string } | { readonly file: string };
