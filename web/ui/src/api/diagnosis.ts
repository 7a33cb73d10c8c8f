/** Why a job is late (`GET /jobs/{name}/diagnosis`), in figures and in the words of the daemon. */
import type { DiagnosisView } from '../../../api/diagnosis-answer.ts';
import { get } from './client.ts';

export function getDiagnosis(job: string, lang: string, signal: AbortSignal): Promise<DiagnosisView> {
  return get(`/jobs/${encodeURIComponent(job)}/diagnosis`, { lang }, signal);
}
