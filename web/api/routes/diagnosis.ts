import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { LogSource } from '../../../alerting/notify/context.ts';
import type { DiagnosisKind } from '../../../lineage/diagnosis/causes.ts';
import type { JobDiagnosis } from '../../../lineage/diagnosis/diagnose.ts';
import { LANGUAGES } from '../../../lineage/objectives/words.ts';
import type { LineageService } from '../../../lineage/service.ts';
import type { Clock } from '../../../model/clock.ts';
import { UserError } from '../../../model/errors.ts';
import { diagnosisView, endedView } from '../diagnosis-view.ts';
import { timeField } from '../fields.ts';

/** What the diagnosis route needs of the daemon. */
export interface DiagnosisServices {
  readonly lineage: Pick<LineageService, 'job'>;
  /** Null for a job nobody knows. */
  readonly diagnose: (job: string, at: number, signal?: AbortSignal) => Promise<JobDiagnosis | null>;
  readonly logSource: LogSource;
  readonly clock: Clock;
}

const OVER = new Set(['CANCELED', 'FINISHED']);
/** Causes that the job's own log does not tell of. */
const BESIDE: ReadonlySet<DiagnosisKind> = new Set(['upstream-hop', 'upstream-drop', 'idle-partition', 'catching-up']);

/** GET /jobs/{name}/diagnosis. */
export function diagnosisRoutes(fastify: FastifyInstance, services: DiagnosisServices): void {
  fastify.withTypeProvider<ZodTypeProvider>().get(
    '/jobs/:name/diagnosis',
    {
      schema: {
        tags: ['estate'],
        summary: 'Why a job is late, now or at an instant of the past, and how many subtasks would do',
        params: z.strictObject({ name: z.string() }),
        querystring: z.strictObject({ lang: z.enum(LANGUAGES).default('en'), at: timeField.optional() }),
      },
    },
    async ({ params: { name }, query: { lang, at } }) => {
      const now = at ?? services.clock.now();
      const status = services.lineage.job(name)?.status ?? '';
      if (at === undefined && OVER.has(status)) return endedView(name, now);
      const answer = await services.diagnose(name, now);
      if (answer === null) throw new UserError('not-found', `there is no job ${name}`, { status: 404 });
      const [first] = answer.diagnoses;
      const explains = first !== undefined && !BESIDE.has(first.kind);
      // A diagnosis without its log line is poorer, not wrong.
      const line = explains ? await services.logSource.explain({ job: name }, now).catch(() => null) : null;
      return diagnosisView(answer, line === null ? null : { ts: line.ts, text: line.text, url: line.url }, lang);
    },
  );
}
