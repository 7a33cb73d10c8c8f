import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { LANGUAGES } from '../../../lineage/objectives/words.ts';
import { UserError } from '../../../model/errors.ts';
import { isZone } from '../../../model/zone.ts';
import { positiveDuration, timeField } from '../fields.ts';
import { type FreshnessHistory, freshnessHistory } from '../freshness-history.ts';
import { type FreshnessServices, type FreshnessView, freshnessView, reportViews } from '../freshness-view.ts';

/** How the words of an answer are told. */
export const tellingFields = {
  lang: z.enum(LANGUAGES).default('en'),
  zone: z.string().refine(isZone, { error: 'expected an IANA zone such as Asia/Shanghai' }).optional(),
};

const list = z.strictObject({ ...tellingFields, owner: z.string().optional(), q: z.string().default('') });
const one = z.strictObject({ ...tellingFields, at: timeField.optional() });
const history = z.strictObject({
  from: timeField.optional(),
  to: timeField.optional(),
  step: positiveDuration.optional(),
});
const named = z.strictObject({ name: z.string() });
const pathed = z.strictObject({ '*': z.string() });
const HISTORY = '/history';

/** GET /freshness, /freshness/{report or dataset}, /freshness/{report or dataset}/history. */
export function freshnessRoutes(fastify: FastifyInstance, services: FreshnessServices): void {
  const app = fastify.withTypeProvider<ZodTypeProvider>();
  const tags = ['freshness'];

  app.get(
    '/freshness',
    { schema: { tags, summary: 'All reports with objective, budget and cause, worst first', querystring: list } },
    async ({ query: { lang, zone, owner, q } }) => {
      const wanted = q.toLowerCase();
      const views = await reportViews(services, { language: lang, zone });
      const items = views.filter(
        view =>
          (owner === undefined || view.owner === owner) &&
          (wanted === '' || `${view.report} ${view.owner}`.toLowerCase().includes(wanted)),
      );
      return { items, next: null };
    },
  );

  const oneFreshness = async (name: string, query: z.output<typeof one>): Promise<FreshnessView> => {
    const { at } = query;
    const answer =
      at === undefined ? services.recorder.freshnessOf(name) : await services.recorder.freshnessAt(name, at);
    if (answer === null) throw unknownTarget(name);
    const view = freshnessView(services, answer, { language: query.lang, zone: query.zone });
    return view.report === null ? view : { ...view, told: services.told({ name: view.report, owner: view.owner }) };
  };
  const historyOf = (name: string, query: z.output<typeof history>): Promise<FreshnessHistory> => {
    if (services.recorder.freshnessOf(name) === null) throw unknownTarget(name);
    return freshnessHistory(services, name, query);
  };

  const summary = 'One report or dataset, now or at an instant of the past';
  app.get(
    '/freshness/:name',
    { schema: { tags, summary, params: named, querystring: one } },
    async ({ params, query }) => oneFreshness(params.name, query),
  );
  app.get(
    `/freshness/:name${HISTORY}`,
    {
      schema: {
        tags,
        summary: 'Age within its bounds over time, and what was late because of which hop',
        params: named,
        querystring: history,
      },
    },
    async ({ params, query }) => historyOf(params.name, query),
  );
  // Ids of datasets hold slashes, which people do not escape.
  app.get(
    '/freshness/*',
    { schema: { tags, summary, hide: true, params: pathed, querystring: one.extend(history.shape) } },
    async ({ params: { '*': path }, query: { from, to, step, ...query } }) => {
      const asksForHistory = path.endsWith(HISTORY) && services.recorder.freshnessOf(path) === null;
      return asksForHistory ? historyOf(path.slice(0, -HISTORY.length), { from, to, step }) : oneFreshness(path, query);
    },
  );
}

/** The answer for a name nobody knows. */
function unknownTarget(name: string): UserError {
  return new UserError('not-found', `neither a report nor a dataset is called ${name}`, { status: 404 });
}
