import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { freshnessLevel } from '../../../lineage/objectives/level.ts';
import { badgeText, levelWord } from '../../../lineage/objectives/words.ts';
import { type Badge, drawBadge } from '../badge.ts';
import type { FreshnessServices } from '../freshness-view.ts';
import { tellingFields } from './freshness.ts';

const SUFFIX = '.svg';
/** Seconds a copy may be shown without asking again. */
const MAX_AGE_S = 15;
const query = z.strictObject({ ...tellingFields, label: z.string().max(200).optional() });
const UNKNOWN = { en: 'no such report', zh: '没有该报表' } as const;

/**
 * GET /badge/{report}.svg: how fresh a report or dataset is, as a picture for other pages. An unknown name gets a grey badge with status 404:
 * people see what is wrong, programs too.
 */
export function badgeRoutes(
  fastify: FastifyInstance,
  services: Pick<FreshnessServices, 'recorder' | 'objectives'>,
): void {
  const app = fastify.withTypeProvider<ZodTypeProvider>();
  // Names and ids of datasets hold slashes, which people do not escape.
  app.get(
    '/badge/*',
    {
      schema: {
        tags: ['freshness'],
        summary: 'Badge {report}.svg: data as of, state and delay',
        params: z.strictObject({ '*': z.string() }),
        querystring: query,
      },
    },
    async (request, reply) => {
      const { '*': file } = request.params;
      const name = file.endsWith(SUFFIX) ? file.slice(0, -SUFFIX.length) : file;
      const found = badgeOf(services, name, request.query);
      return send(request, reply, found.status, drawBadge(found.badge));
    },
  );
}

function badgeOf(
  { recorder, objectives }: Pick<FreshnessServices, 'recorder' | 'objectives'>,
  name: string,
  { lang, zone, label = name }: z.output<typeof query>,
): { readonly status: number; readonly badge: Badge } {
  const answer = recorder.freshnessOf(name);
  if (answer === null) {
    return { status: 404, badge: { label, state: 'unknown', word: levelWord('unknown', lang), text: UNKNOWN[lang] } };
  }
  const objective = objectives.tracked(name)?.objective;
  const state = freshnessLevel(answer, objective?.ageMs ?? null);
  const text = badgeText(answer, lang, zone ?? objective?.calendar?.zone ?? 'UTC');
  return { status: 200, badge: { label, state, word: levelWord(state, lang), text } };
}

function send(request: FastifyRequest, reply: FastifyReply, status: number, svg: string): FastifyReply {
  const etag = `"${createHash('sha256').update(svg).digest('base64url').slice(0, 22)}"`;
  void reply
    .headers({
      'cache-control': `max-age=${MAX_AGE_S}, must-revalidate`,
      etag,
      // It is made for pages of other sites.
      'cross-origin-resource-policy': 'cross-origin',
    })
    .type('image/svg+xml; charset=utf-8');
  const known = (request.headers['if-none-match'] ?? '').split(',').map(tag => tag.trim().replace(/^W\//, ''));
  return status === 200 && known.includes(etag) ? reply.code(304).send() : reply.code(status).send(svg);
}
