/** Asking the stores what explains an alert: for the first few alerts of a flush, within a time limit, never in the way. */
import type { Clock } from '../../model/clock.ts';
import type { Intent } from '../intent.ts';
import { type AlertContext, isEnd } from './compose.ts';
import type { CauseSource, ChartSource, LogSource } from './context.ts';

const MAX_ALERTS = 5;
const TIMEOUT_MS = 2_000;
/** Longest time after a tick in which what is wrong now explains it, ms. */
const RECENT_MS = 10 * 60_000;

/** What was found out about the alerts of a flush, by intent id. */
export interface Explained {
  readonly lines: ReadonlyMap<string, NonNullable<AlertContext['logLine']>>;
  readonly charts: ReadonlyMap<string, NonNullable<AlertContext['chart']>>;
  readonly causes: ReadonlyMap<string, NonNullable<AlertContext['cause']>>;
  /** Questions to each that got no answer. */
  readonly failed: { readonly lines: number; readonly charts: number; readonly causes: number };
}

/** Log lines and causes of what begins or goes on, charts of that and of what ended. Never rejects. */
export async function explainAll(
  intents: readonly Intent[],
  sources: { readonly logs: LogSource; readonly charts: ChartSource; readonly causes: CauseSource },
  clock: Clock,
): Promise<Explained> {
  const { logs, charts, causes } = sources;
  const problems = intents.filter(intent => !isEnd(intent));
  const [lines, pictures, reasons] = await Promise.all([
    askAll(problems, (intent, signal) => logs.explain(intent.labels, intent.t, signal, intent.zone), clock),
    askAll(intents, (intent, signal) => charts.chart(intent, signal), clock),
    askAll(problems, (intent, signal) => causeOf(intent, causes, clock.now(), signal), clock),
  ]);
  return {
    lines: lines.answers,
    charts: pictures.answers,
    causes: reasons.answers,
    failed: { lines: lines.failed, charts: pictures.failed, causes: reasons.failed },
  };
}

/** The cause as of the tick, else as of now: the figures that tell it often come after the lag that was noticed. */
async function causeOf(
  { labels, t }: Intent,
  causes: CauseSource,
  now: number,
  signal: AbortSignal,
): ReturnType<CauseSource['cause']> {
  const then = await causes.cause(labels, t, signal);
  return then === null && now > t && now - t <= RECENT_MS ? causes.cause(labels, now, signal) : then;
}

async function askAll<T>(
  intents: readonly Intent[],
  ask: (intent: Intent, signal: AbortSignal) => Promise<T | null>,
  clock: Clock,
): Promise<{ readonly answers: ReadonlyMap<string, T>; readonly failed: number }> {
  const answers = new Map<string, T>();
  const asked = intents.slice(0, MAX_ALERTS);
  if (asked.length === 0) return { answers, failed: 0 };
  let failed = 0;
  const abort = new AbortController();
  const late = new Promise<never>((_, reject) => {
    abort.signal.addEventListener('abort', () => reject(abort.signal.reason as Error), { once: true });
  });
  const cancel = clock.after(TIMEOUT_MS, () => abort.abort(new Error('no answer in time')));
  await Promise.all(
    asked.map(async intent => {
      try {
        const answer = await Promise.race([ask(intent, abort.signal), late]);
        if (answer !== null) answers.set(intent.id, answer);
      } catch {
        failed++;
      }
    }),
  );
  cancel();
  return { answers, failed };
}
