import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** What Flink's parser says of one text; `crash` when it left through an assertion of its own. */
export interface Verdict {
  readonly ok: boolean;
  readonly line?: number;
  readonly column?: number;
  readonly message?: string;
  readonly crash?: boolean;
}

const FOLDER = join(import.meta.dirname, '../flink-parser');

/** Asks Flink's own parser (`bench/flink-parser`, built with `mvn -q -B compile` there); one verdict per text, in order. */
export async function flinkVerdicts(texts: readonly string[]): Promise<Verdict[]> {
  const java = spawn(
    'java',
    ['-Xss2m', '-Xmx1g', '-cp', 'target/classes:target/lib/*', 'io.tidewatch.bench.FlinkParser'],
    {
      cwd: FOLDER,
      stdio: ['pipe', 'pipe', 'ignore'],
    },
  );
  const verdicts: Verdict[] = [];
  const lines = createInterface({ input: java.stdout });
  lines.on('line', line => verdicts.push(JSON.parse(line)));
  const answered = new Promise(resolve => lines.once('close', resolve));
  for (const sql of texts) {
    if (!java.stdin.write(`${JSON.stringify({ sql })}\n`))
      await new Promise(resolve => java.stdin.once('drain', resolve));
  }
  java.stdin.end();
  await answered;
  if (verdicts.length !== texts.length)
    throw new Error('Flink’s parser ended early; build it: mvn -q -B -f bench/flink-parser/pom.xml compile');
  return verdicts;
}
