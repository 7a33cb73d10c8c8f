/** `tidewatch lineage parse --batch`: one JSON object a line in, one a line out, in order. */
import { z } from 'zod';
import { parseScript } from './lineage.ts';

const BatchLine = z.object({
  id: z.json().optional(),
  sql: z.string(),
  session: z.string().nullish(),
  schemas: z.record(z.string(), z.array(z.string())).nullish(),
});

/** Answers one line; a line that is no such object is answered with `ok: false` and the reason, never thrown. */
export function parseBatchLine(line: string): string {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch (error) {
    return failure(null, `the line is not valid JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const input = BatchLine.safeParse(json);
  if (!input.success) {
    const issue = input.error.issues[0];
    return failure(idOf(json), `${issue?.path.join('.') || 'the line'}: ${issue?.message ?? 'not an object'}`);
  }
  const { id = null, sql, session, schemas } = input.data;
  return JSON.stringify({ id, ...parseScript({ sql, session: session ?? undefined, schemas: schemas ?? undefined }) });
}

function idOf(json: unknown): unknown {
  return typeof json === 'object' && json !== null && 'id' in json ? json.id : null;
}

function failure(id: unknown, message: string): string {
  const errors = [{ line: 1, column: 1, message }];
  return JSON.stringify({ id, ok: false, sources: [], sink: [], dims: [], columns: null, errors });
}
