/** Makes a Flink installation ship its telemetry the way a platform team does: the jars, and what `tidewatch flink-config` writes. */
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import type { TestFlink } from '../servers/flink.ts';
import { flinkJars } from './flink-jars.ts';

const CLI = join(import.meta.dirname, '../../app/cli.ts');
/** What is generated for each of Flink's configuration files. */
const FRAGMENTS = { 'config.yaml': 'config.fragment.yaml', 'flink-conf.yaml': 'flink-conf.fragment.yaml' } as const;

/** What an installation says about itself. */
export interface TelemetryOptions {
  /** Configuration file of the daemon, for brokers and topics. */
  readonly config: string;
  /** Name of the session cluster; also its application id where there is no YARN. */
  readonly cluster: string;
  /** How often metrics are reported, as Flink writes it; the generated 10 s are long for a test. */
  readonly interval: string;
}

/** Installs reporter, appender and listener into `flink`, whose processes do not run yet. */
export async function installTelemetry(flink: TestFlink, options: TelemetryOptions): Promise<void> {
  const jars = await flinkJars();
  const plugin = join(flink.home, 'plugins/tidewatch-metrics');
  mkdirSync(plugin);
  copyFileSync(jars.metrics, join(plugin, basename(jars.metrics)));
  copyFileSync(jars.lib, join(flink.home, 'lib', basename(jars.lib)));

  const generated = join(flink.home, 'generated');
  const which = ['--session-cluster', '--cluster', options.cluster, '--version', flink.version, '--standalone'];
  await tidewatch('flink-config', ...which, '--config', options.config, '--out', generated);
  for (const file of readdirSync(generated)) {
    if (/^(log4j|env-)/.test(file)) copyFileSync(join(generated, file), join(flink.home, 'conf', file));
  }
  const fragment = readFileSync(join(generated, FRAGMENTS[flink.configFile]), 'utf8');
  await flink.configure(withInterval(fragment, options.interval));
}

/** Runs a command of `tidewatch` to its end; rejects with what it wrote when it does not exit with 0. */
export async function tidewatch(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [CLI, ...args]);
  return stdout;
}

function withInterval(fragment: string, interval: string): string {
  const changed = fragment.replace(/^(metrics\.reporter\.tidewatch\.interval: ).*$/m, `$1${interval}`);
  if (changed === fragment) throw new Error(`the fragment names no interval:\n${fragment}`);
  return changed;
}
