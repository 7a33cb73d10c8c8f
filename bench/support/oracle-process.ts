import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const FOLDER = join(import.meta.dirname, '../flink-parser');

/** Runs a program of `bench/flink-parser` over NDJSON: one answer per request, in order. Build it with `mvn -q -B compile` there. */
export async function askFlink(
  program: 'FlinkParser' | 'FlinkPlanner',
  requests: readonly object[],
): Promise<string[]> {
  const java = spawn(
    'java',
    [
      '-Xss2m',
      '-Xmx1g',
      '--add-opens=java.base/java.util=ALL-UNNAMED',
      '-cp',
      'target/classes:target/lib/*',
      `io.tidewatch.bench.${program}`,
    ],
    { cwd: FOLDER, stdio: ['pipe', 'pipe', 'ignore'] },
  );
  // A program that is not built ends at once; the count below says so.
  java.stdin.on('error', () => {});
  const answers: string[] = [];
  const lines = createInterface({ input: java.stdout });
  lines.on('line', line => answers.push(line));
  const answered = new Promise(resolve => lines.once('close', resolve));
  for (const request of requests) {
    if (!java.stdin.write(`${JSON.stringify(request)}\n`) && !java.stdin.destroyed)
      await Promise.race([new Promise(resolve => java.stdin.once('drain', resolve)), answered]);
  }
  java.stdin.end();
  await answered;
  if (answers.length !== requests.length)
    throw new Error(
      `${program} answered ${answers.length} of ${requests.length}; build it: mvn -q -B -f bench/flink-parser/pom.xml compile`,
    );
  return answers;
}
