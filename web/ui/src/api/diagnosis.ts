/** Why a job is late (`GET /jobs/{name}/diagnosis`), in figures and in the words of the daemon. */
import type { DiagnosisView } from '../../../api/diagnosis-answer.ts';
import { get } from './client.ts';

/** As of now, or of an instant of the past. */
export function getDiagnosis(job: string, lang: string, signal: AbortSignal, at?: number): Promise<DiagnosisView> {
  return get(`/jobs/${encodeURIComponent(job)}/diagnosis`, { lang, at }, signal);
}
