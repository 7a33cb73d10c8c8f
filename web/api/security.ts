/**
 * Who may ask. With `http.auth` every request but health probes needs basic credentials. Without it the daemon listens on loopback
 * only, and a browser's page from elsewhere must still not reach it: a foreign Host (DNS rebinding) or a foreign Origin is refused.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { UserError } from '../../model/errors.ts';
import type { Secret } from '../../model/secret.ts';

export interface SecurityOptions {
  readonly auth?: { readonly username: string; readonly password: Secret };
  /** Address people use, when it differs from the listening one. */
  readonly publicUrl?: string;
}

const OPEN_PATHS = new Set(['/healthz', '/readyz']);
/** Opened by a signed link, whose signature is the permission. */
const SIGNED_PATH = '/api/v1/ack';
const LOOPBACK_HOSTS = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/;

/** Installs the checks on every request. */
export function installSecurity(app: FastifyInstance, options: SecurityOptions): void {
  const publicHost = options.publicUrl === undefined ? null : new URL(options.publicUrl).host;
  const knownHost = (host: string): boolean =>
    options.auth !== undefined || LOOPBACK_HOSTS.test(host) || host === publicHost;
  const sameSite = (request: FastifyRequest): boolean => {
    const origin = request.headers.origin;
    if (origin === undefined || request.method === 'GET' || request.method === 'HEAD') return true;
    const host = URL.canParse(origin) ? new URL(origin).host : '';
    return host === request.headers.host || host === publicHost;
  };
  app.addHook('onRequest', async (request, reply) => {
    const path = request.url.split('?')[0] ?? '';
    if (OPEN_PATHS.has(path)) return;
    if (!knownHost(request.headers.host ?? '')) {
      throw new UserError('forbidden', 'this address is not one of the daemon; set http.public_url', { status: 403 });
    }
    if (!sameSite(request)) throw new UserError('forbidden', 'requests from other sites are refused', { status: 403 });
    if (options.auth && path !== SIGNED_PATH && !credentialsFit(request.headers.authorization ?? '', options.auth)) {
      void reply.header('www-authenticate', 'Basic realm="tidewatch", charset="UTF-8"');
      throw new UserError('unauthorized', 'user name and password are needed', { status: 401 });
    }
  });
}

/** The person or program that makes a change, for the audit trail. */
export function actorOf(request: FastifyRequest): string {
  const authorization = request.headers.authorization;
  if (authorization?.startsWith('Basic ')) {
    return Buffer.from(authorization.slice(6), 'base64').toString('utf8').split(':')[0] ?? '';
  }
  const named = request.headers['x-tidewatch-user'];
  return (Array.isArray(named) ? named[0] : named)?.slice(0, 200) || 'anonymous';
}

function credentialsFit(header: string, auth: { username: string; password: Secret }): boolean {
  const wanted = Buffer.from(`${auth.username}:${auth.password.reveal()}`).toString('base64');
  // Hashing first makes both sides equally long, so the comparison takes the same time whatever was sent.
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(header), digest(`Basic ${wanted}`));
}
