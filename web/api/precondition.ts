import type { FastifyRequest } from 'fastify';

/** The version `If-Match: "version"` names; `*` and a missing header both read as null: whatever version is there. */
export function ifMatch(request: FastifyRequest): string | null {
  const header = request.headers['if-match'];
  if (header === undefined || header === '*') return null;
  return header.replace(/^W\//, '').replace(/^"(.*)"$/, '$1');
}

/** `ETag` of a version. */
export function etag(version: string): string {
  return `"${version}"`;
}
