import { observe, trueAge } from '../../test/support/pipeline-observe.ts';
import { randomPipeline, type Trouble } from '../../test/support/pipeline-random.ts';
import type { ReportStyle } from '../../test/support/pipeline-reports.ts';
import { randomOf } from '../../test/support/pipeline-spec.ts';

const STYLES: readonly ReportStyle[] = ['cycle', 'reporter', 'commits', 'lag', 'whole-lag'];
const UNTIL_MS = 600_000;

/** Any trouble at once, ten minutes a seed: seeds whose truth was outside the bounds of an answer, and how many answers there were. */
export function fuzz(from: number, count: number): { readonly answers: number; readonly broken: readonly string[] } {
  const broken: string[] = [];
  let answers = 0;
  for (let seed = from; seed < from + count; seed++) {
    const random = randomOf(seed * 7919);
    const some = (): boolean => random() < 0.5;
    const one = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!;
    const trouble = {
      ...{ stalls: some(), bursts: some(), joins: some(), windows: some(), crashes: some() },
      ...{ rewinds: some(), transactions: some(), retention: some(), quiet: some(), sparse: some() },
      ...{ idleWatermarks: some(), lateStart: some(), slowCommits: some() },
    } satisfies Trouble;
    const [style, intervalMs, delayMs, isFlaky] = [
      one(STYLES),
      one([5_000, 10_000, 30_000]),
      one([0, 0, 7_000, 45_000]),
      some(),
    ];
    const { observations } = observe(
      randomPipeline(seed, trouble, UNTIL_MS / 3_600_000),
      {
        intervalMs,
        style: hop => (hop === 'hop1' ? style : 'cycle'),
        delayMs: hop => (hop === 'hop1' ? delayMs : 0),
        isSilent: (hop, t) => isFlaky && hop === 'hop1' && t % 300_000 > 180_000,
      },
      { untilMs: UNTIL_MS },
    );
    // How far a job got before it was set back is told by nobody where it is further than that at its next report.
    const unseen = trouble.rewinds ? Number.POSITIVE_INFINITY : 500 + (trouble.crashes ? intervalMs : 0);
    answers += observations.length;
    const wrong = observations.find(observation => {
      const { answer, truth } = observation;
      const tooEarly = Object.entries(truth.perSource).some(
        ([source, upTo]) => (answer.per_source[source]?.complete_up_to ?? 0) > upTo,
      );
      const upTo = answer.complete_up_to ?? 0;
      return (
        tooEarly ||
        upTo > truth.completeUpTo ||
        (truth.lateDropped === 0 && (answer.age_low_ms ?? 0) > trueAge(observation) + unseen)
      );
    });
    if (wrong !== undefined) broken.push(`seed ${seed} at ${wrong.answer.ts}`);
  }
  return { answers, broken };
}
