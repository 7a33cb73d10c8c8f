/** One HTTP request to a channel: time limit from the caller, no redirects, bounded answer, only to addresses within reach. */
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Reach } from '../alerting/notify/channel.ts';
import type { SendResult } from '../alerting/notify/notifier.ts';
import { BLOCKED, demandWithin, lookupWithin } from './reach.ts';

/** Bytes of an answer that are read; the rest cannot change the verdict. */
const MAX_ANSWER_BYTES = 64 * 1024;

/** A result that is not a success. */
export type Failure = Exclude<SendResult, { kind: 'sent' }>;

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
  readonly reach: Pick<Reach, 'permits' | 'lookup'>;
  /** Epoch ms, for a Retry-After date. */
  readonly now: number;
}

/** Posts JSON. An answer of any status is an answer; no answer is a failure of class network, timeout or blocked. */
export async function postJson(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer | Failure> {
  try {
    const response = await open(request, signal);
    return {
      status: response.statusCode ?? 0,
      body: await readCapped(response),
      retryAfterMs: retryAfter(waitOf(response), request.now),
    };
  } catch (error) {
    return noAnswer(error, signal);
  }
}

/** Tells an answer from a failure. */
export function isAnswer(result: HttpAnswer | Failure): result is HttpAnswer {
  return 'status' in result;
}

/** The verdict on a status that is not a success, where the channel's own rules say nothing else. */
export function classifyStatus(answer: HttpAnswer): Failure {
  const { status } = answer;
  const error = `HTTP ${status}: ${excerpt(answer.body)}`;
  const wait = answer.retryAfterMs === null ? {} : { retryAfterMs: answer.retryAfterMs };
  if (status === 429) return { kind: 'retryable', class: 'throttled', error, ...wait };
  if (status === 408) return { kind: 'retryable', class: 'timeout', error, ...wait };
  if (status >= 500) return { kind: 'retryable', class: 'server', error, ...wait };
  return { kind: 'permanent', class: status >= 300 && status < 400 ? 'redirect' : 'refused', error };
}

/** A page of a proxy, an empty body: something before the channel answered, and the message may not have arrived. */
export function notTheChannel(answer: HttpAnswer): Failure {
  return {
    kind: 'retryable',
    class: 'gateway',
    error: `HTTP ${answer.status}, not an answer of the channel: ${excerpt(answer.body)}`,
  };
}

/** The beginning of an answer, in one line, for an error text. */
export function excerpt(body: string): string {
  const line = body.replace(/\s+/g, ' ').trim();
  return line.length > 200 ? `${[...line.slice(0, 400)].slice(0, 200).join('')}…` : line;
}

/** JSON, or undefined for what is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function open(request: HttpRequest, signal: AbortSignal): Promise<IncomingMessage> {
  const url = new URL(request.url);
  const options: RequestOptions = {
    method: 'POST',
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(request.body),
      'user-agent': 'tidewatch',
      connection: 'close',
      ...request.headers,
    },
    signal,
    // A connection of its own: one that is shared was made within another's reach.
    agent: false,
    lookup: lookupWithin(request.reach),
  };
  return new Promise((resolve, reject) => {
    demandWithin(request.reach, url.hostname);
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    send(url, options, resolve).on('error', reject).end(request.body);
  });
}

async function readCapped(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.byteLength;
    // Leaving the loop closes the connection.
    if (size >= MAX_ANSWER_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES).toString('utf8');
}

/** Feishu's gateway has a name of its own for it, also in seconds. */
function waitOf({ headers }: IncomingMessage): string | undefined {
  const reset = headers['x-ogw-ratelimit-reset'];
  return headers['retry-after'] ?? (typeof reset === 'string' ? reset : undefined);
}

function retryAfter(header: string | undefined, now: number): number | null {
  if (header === undefined) return null;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}

/** Never quotes the address: a path or query may hold a token. */
function noAnswer(error: unknown, signal: AbortSignal): Failure {
  if (signal.aborted) return { kind: 'retryable', class: 'timeout', error: 'no answer in time' };
  const codes = errorCodes(error);
  if (codes.includes(BLOCKED)) {
    return { kind: 'permanent', class: 'blocked', error: 'the address is private, or its name leads to a private one' };
  }
  return { kind: 'retryable', class: 'network', error: codes[0] ?? 'the request failed' };
}

/** The code of an error, or those of every address that was tried. */
function errorCodes(error: unknown): string[] {
  if (error instanceof AggregateError) return error.errors.flatMap(errorCodes);
  return error instanceof Error && 'code' in error ? [String(error.code)] : [];
}
