import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { LineageAnswers } from '../../../lineage/graph/answers.ts';
import { UserError } from '../../../model/errors.ts';
import { intField } from '../fields.ts';

const tags = ['lineage'];
/** A node id, or a bare name. */
const node = z.string().min(1).max(4096);
const column = z.string().min(1).max(1024).optional();
const MAX_PAGE = 10_000;
/** A page of a long list: `cursor` is the `next` of the page before. */
const page = { limit: intField(1, MAX_PAGE, MAX_PAGE), cursor: z.string().optional() };

/**
 * GET /lineage/path, /lineage/impact, /lineage/columns, /lineage/cycles, /lineage/orphans, /lineage/diff, /jobs/{name}/versions: the answers
 * of `lineage/graph/answers.ts`. A name nobody knows is a 404 with the nearest ones.
 */
export function lineageQuestionRoutes(fastify: FastifyInstance, services: { readonly lineage: LineageAnswers }): void {
  const app = fastify.withTypeProvider<ZodTypeProvider>();
  const { lineage } = services;

  app.get(
    '/lineage/path',
    {
      schema: {
        tags,
        summary: 'Shortest ways from one dataset, job or report to another',
        querystring: z.strictObject({ from: node, to: node }),
      },
    },
    async ({ query: { from, to } }) => lineage.path(from, to),
  );

  app.get(
    '/lineage/impact',
    {
      schema: {
        tags,
        summary: 'Reports, owners, jobs, datasets and columns that a change reaches',
        querystring: z.strictObject({ of: node, column, change: z.enum(['drop', 'stop']).optional() }),
      },
    },
    async ({ query: { of, column, change } }) =>
      lineage.impact({ of, ...(column === undefined ? {} : { column }), ...(change === undefined ? {} : { change }) }),
  );

  app.get(
    '/lineage/columns',
    {
      schema: {
        tags,
        summary: 'Where columns come from, with the expressions on the way',
        querystring: z.strictObject({ of: node, column, depth: z.coerce.number().int().min(1).max(1000).optional() }),
      },
    },
    async ({ query: { of, column, depth } }) =>
      lineage.columns({ of, ...(column === undefined ? {} : { column }), ...(depth === undefined ? {} : { depth }) }),
  );

  app.get(
    '/lineage/cycles',
    {
      schema: {
        tags,
        summary: 'Jobs that feed each other, and views defined by themselves',
        querystring: z.strictObject(page),
      },
    },
    async ({ query }) => pageOf((await lineage.cycles()).items, query),
  );

  app.get(
    '/lineage/orphans',
    {
      schema: {
        tags,
        summary: 'Datasets nobody reads, nobody writes or nobody names',
        querystring: z.strictObject({ kind: z.enum(['unread', 'unwritten', 'unused']).optional(), ...page }),
      },
    },
    async ({ query }) => {
      const { items } = await lineage.orphans();
      return pageOf(query.kind === undefined ? items : items.filter(({ kind }) => kind === query.kind), query);
    },
  );

  app.get(
    '/lineage/diff',
    {
      schema: {
        tags,
        summary: 'From one version of a job to another: tables, columns, options, SQL, and whom it breaks',
        querystring: z.strictObject({
          job: z.string().min(1),
          from: z.coerce.number().int().min(1).optional(),
          to: z.coerce.number().int().min(1).optional(),
        }),
      },
    },
    async ({ query: { job, from, to } }) => lineage.diff(job, from, to),
  );

  app.get(
    '/jobs/:name/versions',
    {
      schema: {
        tags,
        summary: 'What a job was from when until when, newest first',
        params: z.strictObject({ name: z.string() }),
        querystring: z.strictObject({ sql: z.stringbool().default(true) }),
      },
    },
    async ({ params: { name }, query }) => {
      const versions = lineage.versions(name);
      return { items: query.sql ? versions : versions.map(({ sql: _sql, ...version }) => version), next: null };
    },
  );
}

/** Lists follow their items' ids, so that a page begins behind the last item of the one before even when items came or went. */
function pageOf<T extends { readonly id: string; readonly kind: string }>(
  items: readonly T[],
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): { items: readonly T[]; next: string | null } {
  const keyOf = ({ kind, id }: T): string => `${kind} ${id}`;
  const after = cursor === undefined ? '' : readCursor(cursor);
  const rest = items.filter(item => keyOf(item) > after);
  const shown = rest.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown, next: last === undefined || rest.length === shown.length ? null : writeCursor(keyOf(last)) };
}

function writeCursor(key: string): string {
  return Buffer.from(key).toString('base64url');
}

function readCursor(cursor: string): string {
  const key = Buffer.from(cursor, 'base64url').toString();
  if (writeCursor(key) !== cursor) throw new UserError('bad-cursor', 'the cursor is not one this server gave out');
  return key;
}
