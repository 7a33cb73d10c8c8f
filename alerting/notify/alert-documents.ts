/** The kinds of documents that decide who is told: what each one is, and how many there may be. */
import { z } from 'zod';
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
    const begins = written['calendar'] === undefined && written['starts_at'] === undefined ? { starts_at: now } : {};
    return { ...begins, ...written, created_by: written['created_by'] || who };
  },
};

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
