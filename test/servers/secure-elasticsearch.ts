import { once } from 'node:events';
import { type RequestListener, request } from 'node:http';
import { createServer, type Server, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createAuthority } from './certificates.ts';
import { startElasticsearch } from './elasticsearch.ts';

/** Who may log in, and the API key that may as well. */
export const ELASTICSEARCH_USER = {
  username: 'tidewatch',
  password: "pa ss:w#o$rd'",
  apiKey: 'aWQ6c2VjcmV0LWtleQ==',
} as const;

/**
 * An Elasticsearch as production has it: TLS by an authority of its own, a login or an API key wanted. Its security module cannot be fetched whole
 * as packages (OpenSAML, which it needs, is not among them); a proxy of the test stands for it in front of a real node and answers as it does.
 */
export interface SecureElasticsearch {
  /** Base URL; its certificate is for 127.0.0.1, not for `localhost`. */
  readonly node: string;
  /** The same where a client certificate is wanted besides. */
  readonly mutualNode: string;
  /** The same without the proxy: no TLS, no login. */
  readonly plainNode: string;
  /** PEM of its authority. */
  readonly ca: string;
  /** Client certificate and key that it takes where it wants one. */
  readonly client: { readonly cert: string; readonly key: string };
  /** What may log in from now on, as `Authorization` has it, and what no longer may. */
  accept(authorization: string, instead: readonly string[]): void;
  /** Denies everything to who is logged in, until called with false. */
  deny(isDenied: boolean): void;
  close(): Promise<void>;
}

export function basicAuth(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

export async function startSecureElasticsearch(): Promise<SecureElasticsearch> {
  const authority = createAuthority('tidewatch test authority');
  const own = authority.issue('elasticsearch', ['127.0.0.1']);
  const server = await startElasticsearch();
  const upstream = new URL(server.node);
  const accepted = new Set([
    basicAuth(ELASTICSEARCH_USER.username, ELASTICSEARCH_USER.password),
    `ApiKey ${ELASTICSEARCH_USER.apiKey}`,
  ]);
  let isDenied = false;
  const answer: RequestListener = (incoming, outgoing) => {
    const refuse = (status: number, reason: string): void => {
      const body = { error: { type: 'security_exception', reason }, status };
      incoming.resume();
      outgoing.writeHead(status, {
        'content-type': 'application/json',
        'x-elastic-product': 'Elasticsearch',
        ...(status === 401 ? { 'www-authenticate': 'Basic realm="security" charset="UTF-8", ApiKey' } : {}),
      });
      outgoing.end(JSON.stringify(body));
    };
    const { authorization = '', ...headers } = incoming.headers;
    if (!accepted.has(authorization)) return refuse(401, 'unable to authenticate user for REST request');
    if (isDenied) return refuse(403, 'action [indices:data/write/bulk] is unauthorized for user [tidewatch]');
    const { hostname, port } = upstream;
    const path = incoming.url ?? '/';
    const passed = request({ hostname, port, path, method: incoming.method ?? 'GET', headers }, received => {
      outgoing.writeHead(received.statusCode ?? 502, received.headers);
      received.pipe(outgoing);
    });
    passed.once('error', () => outgoing.destroy());
    incoming.pipe(passed);
  };
  const proxies: Server[] = [];
  const open = async (options: ServerOptions): Promise<string> => {
    const proxy = createServer(options, answer);
    proxies.push(proxy);
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    return `https://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  };
  const close = async (): Promise<void> => {
    for (const proxy of proxies) {
      proxy.close();
      proxy.closeAllConnections();
    }
    await server.kill();
  };
  try {
    return {
      node: await open(own),
      mutualNode: await open({ ...own, ca: authority.ca, requestCert: true, rejectUnauthorized: true }),
      plainNode: server.node,
      ca: authority.ca,
      client: authority.issue('tidewatch'),
      accept(authorization, instead) {
        accepted.add(authorization);
        for (const old of instead) accepted.delete(old);
      },
      deny: value => {
        isDenied = value;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
