/** The kinds of documents that decide who is told: what each one is, and how many there may be. */
import { z } from 'zod';
import type { Json } from '../../model/json.ts';
import type { DocumentKind } from './document-set.ts';
import { compileInhibition, type Inhibition, InhibitionDocument } from './inhibit.ts';
import { RotaDocument } from './rota.ts';
import { compileRoute, type Route, RouteDocument } from './route.ts';
import { compileSilence, type Silence, SilenceDocument } from './silence.ts';

/** A name for one or several channels, receivers or rotas. */
export const ReceiverDocument = z.strictObject({
  name: z.string().trim().min(1).max(100),
  channels: z.array(z.string().min(1)).min(1).max(100),
  comment: z.string().max(2000).optional(),
});
export type ReceiverDocument = z.output<typeof ReceiverDocument>;

export const RECEIVERS: DocumentKind<ReceiverDocument, ReceiverDocument> = {
  kind: 'receiver',
  schema: ReceiverDocument,
  limit: 10_000,
  compile: (_, document) => document,
  nameOf: ({ name }) => name,
};

export const ROUTES: DocumentKind<RouteDocument, Route> = {
  kind: 'route',
  schema: RouteDocument,
  limit: 5_000,
  compile: compileRoute,
};

export const SILENCES: DocumentKind<SilenceDocument, Silence> = {
  kind: 'silence',
  schema: SilenceDocument,
  limit: 10_000,
  compile: compileSilence,
  complete(written, { who, now }) {
    const { starts_at = written['calendar'] === undefined ? now : undefined, ends_at } = written;
    return {
      ...written,
      ...(starts_at === undefined ? {} : { starts_at: inMs(starts_at) }),
      ...(ends_at === undefined ? {} : { ends_at: inMs(ends_at) }),
      created_by: written['created_by'] || who,
    };
  },
};

/** Times are shown in ms however they were written; what is no time stays for the schema to complain about. */
function inMs(time: Json): Json {
  const ms = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  return Number.isNaN(ms) ? time : ms;
}

export const INHIBITIONS: DocumentKind<InhibitionDocument, Inhibition> = {
  kind: 'inhibition',
  schema: InhibitionDocument,
  limit: 1_000,
  compile: compileInhibition,
};

export const ROTAS: DocumentKind<RotaDocument, RotaDocument> = {
  kind: 'rota',
  schema: RotaDocument,
  limit: 1_000,
  compile: (_, document) => document,
  nameOf: ({ name }) => name,
};
