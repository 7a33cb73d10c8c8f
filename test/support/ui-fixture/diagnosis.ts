/** Why jobs of the fixture are late: the real diagnosis of an injected slow sink, and of a job with nothing wrong. */
import { diagnose } from '../../../lineage/diagnosis/diagnose.ts';
import { LANGUAGES } from '../../../lineage/objectives/words.ts';
import type { DiagnosisView } from '../../../web/api/diagnosis-answer.ts';
import { diagnosisView } from '../../../web/api/diagnosis-view.ts';
import { injectFault } from '../fault-metrics.ts';
import { SLOW_JOB, type Stage } from './estate.ts';

export function diagnosisOf({ job }: Stage, now: number, lang: string): DiagnosisView {
  const isSlow = job === SLOW_JOB;
  const { input } = injectFault(isSlow ? 'external-sink-slow' : 'none', 4);
  const line = { ts: now - 20_000, text: 'Slow produce request: 1664 ms for 3645 records', url: '' };
  const language = LANGUAGES.find(known => known === lang) ?? 'en';
  return diagnosisView(diagnose({ ...input, job, at: now }), isSlow ? line : null, language);
}
