/** Wires why an alert is so: the diagnosis of the job it names, or of the one a report waits for. */
import type { CauseSource } from '../alerting/notify/context.ts';
import type { Diagnosis } from '../lineage/diagnosis/diagnose.ts';
import { causeName, causeRemedy, factText } from '../lineage/diagnosis/words.ts';
import type { FreshnessRecorder } from '../lineage/lag/recorder.ts';
import type { Language } from '../lineage/objectives/words.ts';
import type { LineageService } from '../lineage/service.ts';
import type { Labels } from '../model/labels.ts';
import type { DiagnoseJob } from './diagnosis.ts';

/** What is less likely than this would send people the wrong way at night. */
const LEAST_CONFIDENCE = 0.5;
/** Facts told of a cause; its page has them all. */
const FACTS = 2;

export interface CauseParts {
  readonly lineage: Pick<LineageService, 'job'>;
  readonly recorder: Pick<FreshnessRecorder, 'freshnessOf'>;
  readonly diagnose: DiagnoseJob;
}

export function createCauseSource({ lineage, recorder, diagnose }: CauseParts): CauseSource {
  const jobOf = (labels: Labels): string | null => {
    const name = labels['job'] ?? blamed(recorder, labels['report'] ?? labels['dataset']);
    return name !== null && lineage.job(name) !== null ? name : null;
  };
  return {
    async cause(labels, at, signal) {
      const job = jobOf(labels);
      if (job === null) return null;
      const likeliest = (await diagnose(job, at, signal))?.diagnoses[0];
      if (likeliest === undefined || likeliest.confidence < LEAST_CONFIDENCE) return null;
      // The job stands in the labels; who is told of a report hears which job it waits for.
      const about = labels['job'] === undefined ? `${job}: ` : '';
      return { zh: about + inWords(likeliest, 'zh'), en: about + inWords(likeliest, 'en') };
    },
  };
}

function blamed(recorder: CauseParts['recorder'], sink: string | undefined): string | null {
  return sink === undefined ? null : (recorder.freshnessOf(sink)?.blame ?? null);
}

function inWords({ kind, confidence, evidence, place }: Diagnosis, language: Language): string {
  const facts = evidence.slice(0, FACTS).map(fact => factText(fact, language));
  const remedy = causeRemedy(kind, place, language);
  const share = `${Math.round(confidence * 100)} %`;
  return language === 'zh'
    ? `${causeName(kind, language)}（${share}）：${[facts.join('；'), remedy].filter(Boolean).join('。')}`
    : `${causeName(kind, language)} (${share}): ${[facts.join('; '), remedy].filter(Boolean).join('. ')}`;
}
