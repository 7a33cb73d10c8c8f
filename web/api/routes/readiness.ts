import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { ReadinessWatch } from '../../../lineage/readiness/watch.ts';
import { durationOrZero, positiveDuration, timeField } from '../fields.ts';

export interface ReadinessServices {
  readonly readiness: ReadinessWatch;
}

/** The longest a request waits; who wants longer asks again. */
const MAX_WAIT_MS = 60_000;
const name = z.string().min(1);

const question = z
  .strictObject({
    dataset: name.optional(),
    report: name.optional(),
    complete_to: timeField,
    expected_rows: z.coerce.number().int().min(0).optional(),
    /** Length of the period that ends at `complete_to`: its rows are counted. */
    period: positiveDuration.default(3_600_000),
    wait: durationOrZero.default(0),
  })
  .refine(({ dataset, report }) => (dataset === undefined) !== (report === undefined), {
    error: 'expected one of dataset and report',
    path: ['dataset'],
  });

/** GET /readiness: may an offline job start? With `wait` the answer comes when it is ready, or after that time (60 s at most). */
export function readinessRoutes(fastify: FastifyInstance, services: ReadinessServices): void {
  const app = fastify.withTypeProvider<ZodTypeProvider>();
  app.get(
    '/readiness',
    {
      schema: { tags: ['freshness'], summary: 'Is the data of a period there, and if not, why', querystring: question },
    },
    async ({ query }, reply) => {
      const { dataset, report, complete_to, expected_rows, period, wait } = query;
      const gone = new AbortController();
      reply.raw.once('close', () => gone.abort());
      const asked = {
        target: dataset ?? report ?? '',
        completeTo: complete_to,
        periodMs: period,
        ...(expected_rows !== undefined && { expectedRows: expected_rows }),
      };
      return services.readiness.ask(asked, Math.min(wait, MAX_WAIT_MS), gone.signal);
    },
  );
}
