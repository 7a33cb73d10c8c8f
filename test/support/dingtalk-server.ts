/**
 * A DingTalk robot on a free port of 127.0.0.1: checks the signature as the real one does, keeps what it takes, and plays the
 * answers a test lines up.
 */
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface DingtalkRequest {
  readonly token: string;
  readonly timestamp: string;
  readonly sign: string;
  readonly bytes: number;
  readonly body: {
    readonly msgtype: string;
    readonly markdown: { readonly title: string; readonly text: string };
    readonly at: {
      readonly atMobiles: readonly string[];
      readonly atUserIds: readonly string[];
      readonly isAtAll: boolean;
    };
  };
}

export interface DingtalkAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON, a text as it is; null never answers. */
  readonly body: object | string | null;
}

export interface DingtalkServer {
  readonly url: string;
  /** Every request, also the refused ones. */
  readonly requests: DingtalkRequest[];
  /** Answers for the next requests, first in first out; when empty, the robot takes what is signed well. */
  readonly answers: DingtalkAnswer[];
  close(): Promise<void>;
}

/** `secret` makes the robot check signatures against `now`. */
export async function startDingtalkServer(
  options: { secret?: string; now?: () => number } = {},
): Promise<DingtalkServer> {
  const requests: DingtalkRequest[] = [];
  const answers: DingtalkAnswer[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { searchParams: query } = new URL(request.url ?? '/', 'http://robot');
      const raw = Buffer.concat(chunks);
      const seen: DingtalkRequest = {
        token: query.get('access_token') ?? '',
        timestamp: query.get('timestamp') ?? '',
        sign: query.get('sign') ?? '',
        bytes: raw.byteLength,
        body: JSON.parse(raw.toString('utf8')) as DingtalkRequest['body'],
      };
      requests.push(seen);
      const answer = answers.shift() ?? { body: verdict(seen, options) };
      if (answer.body === null) return;
      const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
      response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers });
      response.end(text);
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answers,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function verdict(request: DingtalkRequest, options: { secret?: string; now?: () => number }): object {
  if (request.bytes > 20_000) return { errcode: 460101, errmsg: 'message too long' };
  if (options.secret === undefined) return { errcode: 0, errmsg: 'ok' };
  const age = Math.abs((options.now?.() ?? 0) - Number(request.timestamp));
  if (age > 3_600_000) return { errcode: 310000, errmsg: 'invalid timestamp' };
  const expected = createHmac('sha256', options.secret)
    .update(`${request.timestamp}\n${options.secret}`)
    .digest('base64');
  return request.sign === expected ? { errcode: 0, errmsg: 'ok' } : { errcode: 310000, errmsg: 'sign not match' };
}
