/** One HTTP request to a channel: time limit from the caller, no redirects, bounded answer, optional guard against private addresses. */
import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import type { SendResult } from '../alerting/notify/notifier.ts';

/** Bytes of an answer that are read; the rest cannot change the verdict. */
const MAX_ANSWER_BYTES = 64 * 1024;

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  /** From Retry-After, when it was given in seconds or as a date. */
  readonly retryAfterMs: number | null;
}

export interface HttpRequest {
  readonly url: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** False refuses loopback, private and link-local addresses: for addresses that do not come from an administrator. */
  readonly allowPrivate: boolean;
  /** Epoch ms, for a Retry-After date. */
  readonly now: number;
}

/** Posts JSON. An answer of any status is an answer; no answer is a failure of class network, timeout or blocked. */
export async function postJson(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer | SendResult> {
  try {
    const url = new URL(request.url);
    if (!request.allowPrivate && (await isPrivate(url.hostname))) {
      return { kind: 'permanent', class: 'blocked', error: `${url.hostname} is a private address` };
    }
    const response = await fetch(url, {
      method: 'POST',
      body: request.body,
      headers: { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'tidewatch', ...request.headers },
      redirect: 'manual',
      signal,
    });
    return {
      status: response.status,
      body: await readCapped(response),
      retryAfterMs: retryAfter(response.headers.get('retry-after'), request.now),
    };
  } catch (error) {
    return noAnswer(error, signal);
  }
}

/** Tells an answer from a failure. */
export function isAnswer(result: HttpAnswer | SendResult): result is HttpAnswer {
  return 'status' in result;
}

/** The verdict on a status that is not a success, where the channel's own rules say nothing else. */
export function classifyStatus(answer: HttpAnswer): Exclude<SendResult, { kind: 'sent' }> {
  const error = `HTTP ${answer.status}: ${excerpt(answer.body)}`;
  const wait = answer.retryAfterMs === null ? {} : { retryAfterMs: answer.retryAfterMs };
  if (answer.status === 429) return { kind: 'retryable', class: 'throttled', error, ...wait };
  if (answer.status === 408) return { kind: 'retryable', class: 'timeout', error, ...wait };
  if (answer.status >= 500) return { kind: 'retryable', class: 'server', error, ...wait };
  return { kind: 'permanent', class: answer.status >= 300 && answer.status < 400 ? 'redirect' : 'refused', error };
}

/** The beginning of an answer, in one line, for an error text. */
export function excerpt(body: string): string {
  const line = body.replace(/\s+/g, ' ').trim();
  return line.length > 200 ? `${[...line.slice(0, 400)].slice(0, 200).join('')}…` : line;
}

async function readCapped(response: Response): Promise<string> {
  if (!response.body) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    chunks.push(chunk);
    size += chunk.byteLength;
    // Leaving the loop cancels the stream.
    if (size >= MAX_ANSWER_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES).toString('utf8');
}

function retryAfter(header: string | null, now: number): number | null {
  if (header === null) return null;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}

/** Never quotes the address: a query may hold a token. */
function noAnswer(error: unknown, signal: AbortSignal): SendResult {
  if (signal.aborted) return { kind: 'retryable', class: 'timeout', error: 'no answer in time' };
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'the request failed';
  return { kind: 'retryable', class: 'network', error: code };
}

const PRIVATE = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const) {
  PRIVATE.addSubnet(net, bits, 'ipv4');
}
for (const [net, bits] of [
  ['::', 127],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  PRIVATE.addSubnet(net, bits, 'ipv6');
}

/** True when the host is, or resolves to, an address that is not public. */
async function isPrivate(hostname: string): Promise<boolean> {
  const host = hostname.replace(/^\[|\]$/g, '');
  const addresses = isIP(host) ? [host] : (await lookup(host, { all: true })).map(entry => entry.address);
  // The list also catches the IPv6 spelling of an IPv4 address.
  return addresses.some(address => PRIVATE.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4'));
}
