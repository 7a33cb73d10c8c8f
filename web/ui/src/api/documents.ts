/** Documents people manage at /channels, /receivers, /routes, /inhibitions and /rotas: read, saved and deleted all in one way (contracts.md section 6). */

import { get, post, put, remove } from './client.ts';

export type DocumentKind = 'channels' | 'receivers' | 'routes' | 'inhibitions' | 'rotas';

/** What the daemon adds to a document. */
export interface Stored {
  readonly id: string;
  readonly version: string;
  /** Comes from the configuration, where it is changed. */
  readonly managed: boolean;
}

const one = (kind: DocumentKind, id: string): string => `/${kind}/${encodeURIComponent(id)}`;

export function getDocument<T extends Stored>(kind: DocumentKind, id: string, signal?: AbortSignal): Promise<T> {
  return get(one(kind, id), {}, signal);
}

export function createDocument<T extends Stored>(kind: DocumentKind, document: object): Promise<T> {
  return post(`/${kind}`, document);
}

/** Replaces the version that was read; another one is refused with 412. */
export function updateDocument<T extends Stored>(
  kind: DocumentKind,
  id: string,
  document: object,
  version: string,
): Promise<T> {
  return put(one(kind, id), document, version);
}

export function deleteDocument(kind: DocumentKind, id: string, version: string): Promise<void> {
  return remove(one(kind, id), version);
}
