/** The jars of the Maven module `flink/`, as a user gets them. */
import { globSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runTool, withLock } from '../servers/install.ts';

const MODULE = join(import.meta.dirname, '../../flink');
const VERSION = '0.1.0';

/** Paths of the built jars. */
export interface FlinkJars {
  /** The metric reporter, for `plugins/tidewatch-metrics/`. */
  readonly metrics: string;
  /** Appender, listener and jobs client, for `lib/`. */
  readonly lib: string;
  /** `SubmitSql` and the functions of the test jobs; not shipped. */
  readonly testing: string;
}

let built: Promise<FlinkJars> | undefined;

/** Builds the module with Maven, without its own tests, unless every jar is younger than every source; once in a test process. */
export function flinkJars(): Promise<FlinkJars> {
  built ??= build();
  return built;
}

async function build(): Promise<FlinkJars> {
  const jars = { metrics: jarOf('metrics'), lib: jarOf('lib'), testing: jarOf('testing') };
  await withLock('flink-module', async () => {
    if (isUpToDate(Object.values(jars))) return;
    const pom = join(MODULE, 'pom.xml');
    await runTool('mvn', ['-q', '-B', '-ntp', '-f', pom, '-Dmaven.test.skip=true', 'package']);
  });
  return jars;
}

function jarOf(module: string): string {
  return join(MODULE, module, 'target', `tidewatch-flink-${module}-${VERSION}.jar`);
}

function isUpToDate(jars: readonly string[]): boolean {
  const sources = globSync(['pom.xml', '*/pom.xml', '*/src/main/**/*'], { cwd: MODULE });
  const newest = Math.max(...sources.map(source => statSync(join(MODULE, source)).mtimeMs));
  return jars.every(jar => (statSync(jar, { throwIfNoEntry: false })?.mtimeMs ?? 0) > newest);
}
