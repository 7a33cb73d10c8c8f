import { askFlink } from './oracle-process.ts';

/** What Flink's parser says of one text; `crash` when it left through an assertion of its own. */
export interface Verdict {
  readonly ok: boolean;
  readonly line?: number;
  readonly column?: number;
  readonly message?: string;
  readonly crash?: boolean;
}

/** Asks Flink's own parser; one verdict per text, in order. */
export async function flinkVerdicts(texts: readonly string[]): Promise<Verdict[]> {
  const answers = await askFlink(
    'FlinkParser',
    texts.map(sql => ({ sql })),
  );
  return answers.map((answer): Verdict => JSON.parse(answer));
}
