import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { LineageService } from '../../../lineage/service.ts';

/** UTF-16 units of a script; a statement of a megabyte is answered within a second. */
const MAX_SQL = 1_000_000;

/** POST /lineage/check: for SQL editors, and for pipelines that submit jobs. */
export function lineageCheckRoutes(fastify: FastifyInstance, services: { readonly lineage: LineageService }): void {
  const app = fastify.withTypeProvider<ZodTypeProvider>();
  app.post(
    '/lineage/check',
    {
      schema: {
        tags: ['lineage'],
        summary: 'Mistakes of a SQL script before it is submitted: names, column counts, conflicts with running jobs',
        body: z.strictObject({
          sql: z.string().max(MAX_SQL),
          session: z.string().optional(),
          job: z.string().min(1).optional(),
          schemas: z.record(z.string().min(1), z.array(z.string())).optional(),
        }),
      },
    },
    async ({ body }) => services.lineage.check(body),
  );
}
