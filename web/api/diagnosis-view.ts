/** A diagnosis as the API gives it: the figures, and the same in words. */
import type { Diagnosis, JobDiagnosis } from '../../lineage/diagnosis/diagnose.ts';
import type { Fact } from '../../lineage/diagnosis/fact.ts';
import { causeName, causeRemedy, factName, factText, noAdviceText } from '../../lineage/diagnosis/words.ts';
import type { Language } from '../../lineage/objectives/words.ts';
import type { CauseView, DiagnosisLogLine, DiagnosisView, EvidenceView } from './diagnosis-answer.ts';

export function diagnosisView(
  answer: JobDiagnosis,
  logLine: DiagnosisLogLine | null,
  language: Language,
): DiagnosisView {
  const unknown = (kind: Fact['kind']) => ({ symptom: kind, text: factName(kind, language) });
  return {
    job: answer.job,
    at: answer.at,
    ended: false,
    diagnoses: answer.diagnoses.map(diagnosis => causeView(diagnosis, language)),
    symptoms: answer.symptoms.map(known => evidenceView(known, language)),
    unknown: answer.unknown.map(unknown),
    parallelism: {
      operators: answer.parallelism.map(advice => ({
        task: advice.id,
        parallelism: advice.parallelism,
        proposed: advice.proposed,
        true_per_second: advice.truePerSecond,
        needed_per_second: advice.neededPerSecond,
        unknown: advice.unknown,
        limited_by: advice.limitedBy,
      })),
      withheld: answer.noAdvice === null ? null : noAdviceText(answer.noAdvice, language),
      topology_known: answer.topologyKnown,
    },
    log_line: logLine,
  };
}

/** Of a job that is over. */
export function endedView(job: string, at: number): DiagnosisView {
  const parallelism = { operators: [], withheld: null, topology_known: true };
  return { job, at, ended: true, diagnoses: [], symptoms: [], unknown: [], parallelism, log_line: null };
}

function causeView(diagnosis: Diagnosis, language: Language): CauseView {
  const { kind, place } = diagnosis;
  return {
    cause: kind,
    name: causeName(kind, language),
    confidence: diagnosis.confidence,
    suggestion: causeRemedy(kind, place, language),
    evidence: diagnosis.evidence.map(known => evidenceView(known, language)),
    against: diagnosis.against.map(known => evidenceView(known, language)),
    missing: diagnosis.missing.map(symptom => ({ symptom, text: factName(symptom, language) })),
    tried_in_vain: diagnosis.triedInVain,
  };
}

function evidenceView(known: Fact, language: Language): EvidenceView {
  // What does not hold was seen nowhere in particular.
  const { task, subtask, taskManager, topic, hop } = known.holds === true ? known.place : {};
  return {
    symptom: known.kind,
    text: factText(known, language),
    task: task ?? null,
    subtask: subtask ?? null,
    task_manager: taskManager || null,
    topic: topic ?? null,
    hop: hop ?? null,
    values: known.values,
  };
}
