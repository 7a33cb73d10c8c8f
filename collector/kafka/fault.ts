import { isIP } from 'node:net';
import { connect } from 'node:tls';
import { type ConnectionFault, tlsFault } from '../../model/connection-fault.ts';
import type { KafkaConnection } from './client.ts';

const PROBE_MS = 5000;

/** What of an error of kafkajs tells its cause; it wraps one in another. */
interface Cause {
  readonly name: string;
  readonly message: string;
  readonly type?: unknown;
  readonly code?: unknown;
  readonly broker?: unknown;
  readonly host?: unknown;
  readonly port?: unknown;
  readonly cause?: unknown;
  readonly originalError?: unknown;
}

/**
 * Why these brokers could not be asked, with the setting to change. An error that does not tell a listener of TLS from one that wants a login
 * is settled by trying TLS once. Never rejects.
 */
export async function kafkaFault(error: unknown, connection: KafkaConnection): Promise<ConnectionFault> {
  const place = connection.place ?? 'kafka';
  const causes = causesOf(error);
  const root = causes.at(-1) ?? { name: 'Error', message: String(error) };
  const address = addressOf(causes) ?? (Array.isArray(connection.brokers) ? (connection.brokers[0] ?? '') : '');
  const peer = `broker ${address}`;
  const tls = typeof connection.ssl === 'object' ? connection.ssl : null;
  const about = { peer, addresses: `${place}.brokers`, tls: `${place}.tls`, hasCertificate: Boolean(tls?.cert) };
  const found = loginFault(causes, connection, place) ?? tlsFault(root, about);
  if (found) return found;
  const isClosed = root.name === 'KafkaJSConnectionClosedError';
  const port = isClosed || root.code === 'ECONNRESET' ? await tryTls(address) : 'closed';
  if (port === 'tls' && !connection.ssl)
    return {
      kind: 'speaks-tls',
      text: `${peer} speaks TLS; set ${place}.tls: true, or {ca: FILE} for an own authority`,
    };
  if (port !== 'closed' && isClosed && !connection.sasl)
    return {
      kind: 'login',
      text: `${peer} takes the connection and closes it; where it wants a login, set ${place}.sasl`,
    };
  const words = root.message.replace(/^Connection error: /, '');
  return { kind: 'away', text: `${peer} does not answer: ${words}; check ${place}.brokers` };
}

function loginFault(causes: readonly Cause[], { sasl }: KafkaConnection, place: string): ConnectionFault | null {
  for (const { name, type, message } of causes) {
    if (type === 'UNSUPPORTED_SASL_MECHANISM' || /mechanism is not supported/.test(message)) {
      const text = `the brokers do not take ${sasl?.mechanism ?? 'this mechanism'}; write one that they have in ${place}.sasl.mechanism`;
      return { kind: 'login', text };
    }
    if (type === 'ILLEGAL_SASL_STATE')
      return {
        kind: 'login',
        text: `the brokers take no login on this port; take ${place}.sasl away, or write another port in ${place}.brokers`,
      };
    if (name === 'KafkaJSSASLAuthenticationError' || type === 'SASL_AUTHENTICATION_FAILED') {
      const user = sasl && 'username' in sasl ? ` of ${sasl.username}` : '';
      return {
        kind: 'login',
        text: `the brokers refuse the login${user}: ${message}; check ${place}.sasl.username and password`,
      };
    }
    if (typeof type === 'string' && type.endsWith('_AUTHORIZATION_FAILED')) {
      const text = `the brokers deny the user of ${place}.sasl what is needed: ${message}; grant Describe and Read on the topics and the groups`;
      return { kind: 'rights', text };
    }
  }
  return null;
}

/** The error and what it wraps, outermost first. */
function causesOf(error: unknown): readonly Cause[] {
  const causes: Cause[] = [];
  let next = error;
  while (next instanceof Error && causes.length < 10) {
    const cause: Cause = next;
    causes.push(cause);
    next = cause.cause ?? cause.originalError;
  }
  return causes;
}

function addressOf(causes: readonly Cause[]): string | null {
  for (const { broker, host, port } of causes.toReversed()) {
    if (typeof broker === 'string') return broker;
    if (typeof host === 'string') return `${host}:${String(port)}`;
  }
  return null;
}

/** What is behind an address: something that answers a TLS handshake in TLS, something else, or nothing. Certificates are no matter here. */
function tryTls(address: string): Promise<'tls' | 'open' | 'closed'> {
  const target = URL.canParse(`tls://${address}`) ? new URL(`tls://${address}`) : null;
  if (!target) return Promise.resolve('closed');
  const host = target.hostname.replace(/^\[|\]$/g, '');
  return new Promise(resolve => {
    let state: 'open' | 'closed' = 'closed';
    const name = isIP(host) ? {} : { servername: host };
    const socket = connect({ host, port: Number(target.port), ...name, rejectUnauthorized: false, timeout: PROBE_MS });
    const settle = (answer: 'tls' | 'open' | 'closed'): void => {
      resolve(answer);
      socket.destroy();
    };
    socket.once('connect', () => {
      state = 'open';
    });
    socket.once('secureConnect', () => settle('tls'));
    socket.once('timeout', () => settle(state));
    socket.once('error', ({ code }: NodeJS.ErrnoException) => settle(/ALERT/.test(code ?? '') ? 'tls' : state));
    socket.once('close', () => settle(state));
  });
}
