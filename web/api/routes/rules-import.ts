import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { RuleDocumentInput } from '../../../alerting/evaluate/document.ts';
import type { RuleService } from '../../../alerting/rule-service.ts';

/** What a rule file became; line and column of a remark count from 1. */
export interface ImportAnswer {
  readonly rules: readonly RuleDocumentInput[];
  readonly remarks: readonly {
    readonly line: number;
    readonly column: number;
    readonly alert: string;
    readonly kind: 'refused' | 'lost' | 'note';
    readonly message: string;
  }[];
}

export interface RuleImportServices {
  readonly rules: Pick<RuleService, 'list'>;
  /** Reads a Prometheus rule file; rules whose name is in `taken` get another. Throws `UserError` with the place of each mistake. */
  readonly convertPrometheus: (text: string, taken: Iterable<string>) => ImportAnswer;
}

/** Larger than any rule file people keep by hand. */
const MAX_BYTES = 2 * 1024 * 1024;

/** POST /rules/import: what a Prometheus rule file becomes. Nothing is kept; the rules are created one by one with POST /rules. */
export function ruleImportRoutes(fastify: FastifyInstance, services: RuleImportServices): void {
  fastify.withTypeProvider<ZodTypeProvider>().post(
    '/rules/import',
    {
      schema: {
        tags: ['alerting'],
        summary: 'A Prometheus rule file as rules, with a remark for everything not taken over; nothing is kept',
        body: z.strictObject({ text: z.string().max(MAX_BYTES) }),
      },
      bodyLimit: 2 * MAX_BYTES,
    },
    async ({ body }) =>
      services.convertPrometheus(
        body.text,
        services.rules.list().map(({ name }) => name),
      ),
  );
}
