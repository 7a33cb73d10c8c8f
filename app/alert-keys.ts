/** Keys of the configuration that hold documents about who is told: each is checked where it stands, and kept as it was written. */
import { z } from 'zod';
import { INHIBITIONS, ROTAS, ROUTES, SILENCES } from '../alerting/notify/alert-documents.ts';
import type { Written } from '../alerting/notify/document-set.ts';

function documents(schema: z.ZodType) {
  return z
    .array(
      z.record(z.string(), z.json()).superRefine((written, context) => {
        const parsed = schema.safeParse(written);
        for (const { path, message } of parsed.error?.issues ?? []) context.addIssue({ code: 'custom', path, message });
      }),
    )
    .default([]) satisfies z.ZodType<readonly Written[]>;
}

/** `routes`, `silences`, `inhibitions`, `rotas`. */
export const alertKeys = {
  routes: documents(ROUTES.schema),
  silences: documents(SILENCES.schema),
  inhibitions: documents(INHIBITIONS.schema),
  rotas: documents(ROTAS.schema),
};
