/** Asking the log which line explains an alert: for the first few alerts of a flush, within a time limit, never in the way. */
import type { Clock } from '../../model/clock.ts';
import type { Intent } from '../intent.ts';
import { isEnd } from './compose.ts';
import type { LogSource } from './context.ts';
import type { MessageAlert } from './message.ts';

const MAX_ALERTS = 5;
const TIMEOUT_MS = 2_000;

/** Log lines by intent id; `failed` counts the questions that got no answer. Never rejects. */
export async function explainAll(
  intents: readonly Intent[],
  logs: LogSource,
  clock: Clock,
): Promise<{ readonly lines: ReadonlyMap<string, NonNullable<MessageAlert['logLine']>>; readonly failed: number }> {
  const lines = new Map<string, NonNullable<MessageAlert['logLine']>>();
  const problems = intents.filter(intent => !isEnd(intent)).slice(0, MAX_ALERTS);
  if (problems.length === 0) return { lines, failed: 0 };
  let failed = 0;
  const abort = new AbortController();
  const late = new Promise<never>((_, reject) => {
    abort.signal.addEventListener('abort', () => reject(abort.signal.reason as Error), { once: true });
  });
  const cancel = clock.after(TIMEOUT_MS, () => abort.abort(new Error('the log did not answer in time')));
  await Promise.all(
    problems.map(async intent => {
      try {
        const line = await Promise.race([logs.explain(intent.labels, intent.t, abort.signal), late]);
        if (line) lines.set(intent.id, line);
      } catch {
        failed++;
      }
    }),
  );
  cancel();
  return { lines, failed };
}
