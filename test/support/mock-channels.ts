/**
 * A channel's other side on a free port of 127.0.0.1: keeps every request and plays the answers a test lines up. Without one it
 * gives the verdict of `judges`, which check what the real service checks.
 */
import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the formats have fields for; each request has those of its own. */
export interface MockBody {
  readonly timestamp: string;
  readonly sign: string;
  readonly msg_type: string;
  readonly card: {
    readonly header: { readonly title: { readonly content: string }; readonly template: string };
    readonly elements: readonly {
      readonly tag: string;
      readonly text?: { readonly content: string };
      readonly actions?: readonly { readonly url: string }[];
    }[];
  };
  readonly markdown: { readonly content: string };
  readonly text: string;
  readonly blocks: readonly { readonly type: string; readonly text?: { readonly text: string } }[];
  readonly type: string;
  readonly attachments: readonly {
    readonly contentType: string;
    readonly content: {
      readonly type: string;
      readonly body: readonly object[];
      readonly actions: readonly { readonly url: string }[];
    };
  }[];
  readonly routing_key: string;
  readonly event_action: string;
  readonly dedup_key: string;
  readonly payload: {
    readonly summary: string;
    readonly source: string;
    readonly severity: string;
    readonly custom_details: Readonly<Record<string, string>>;
  };
  readonly chat_id: number | string;
  readonly parse_mode?: string;
  readonly alerts: readonly {
    readonly status: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
    readonly startsAt: string;
    readonly endsAt: string;
    readonly generatorURL: string;
    readonly fingerprint: string;
  }[];
  readonly [field: string]: unknown;
}

export interface MockRequest {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly raw: string;
  readonly body: MockBody;
}

export interface MockAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON, a text as it is; null never answers. */
  readonly body: object | string | null;
}

export type Judge = (request: MockRequest) => MockAnswer;

export interface MockChannel {
  readonly url: string;
  /** Every request, also the refused ones. */
  readonly requests: MockRequest[];
  /** Answers for the next requests, first in first out. */
  readonly answers: MockAnswer[];
  close(): Promise<void>;
}

export async function startMockChannel(judge: Judge): Promise<MockChannel> {
  const requests: MockRequest[] = [];
  const answers: MockAnswer[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://mock');
      const raw = Buffer.concat(chunks).toString('utf8');
      const body = JSON.parse(raw) as MockBody;
      const seen = { path: pathname, query: searchParams, headers: request.headers, raw, body };
      requests.push(seen);
      const answer = answers.shift() ?? judge(seen);
      if (answer.body === null) return;
      response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers });
      response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
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

/** Checks the signature in the body against `now`, and the size. */
export function feishuJudge(hookId: string, secret: string, now: () => number): Judge {
  return ({ path, body, raw }) => {
    if (path !== `/open-apis/bot/v2/hook/${hookId}`) return { body: { code: 19001, msg: 'param invalid' } };
    if (Buffer.byteLength(raw) > 20 * 1024) return { body: { code: 9499, msg: 'Bad Request' } };
    const expected = createHmac('sha256', `${body.timestamp}\n${secret}`).update('').digest('base64');
    if (body.sign !== expected || Math.abs(now() - Number(body.timestamp) * 1000) > 3_600_000)
      return { body: { code: 19021, msg: 'sign match fail or timestamp is not within one hour from current time' } };
    return { body: { StatusCode: 0, StatusMessage: 'success', code: 0, msg: 'success', data: {} } };
  };
}

export function wecomJudge(key: string): Judge {
  return ({ path, query, body }) => {
    if (path !== '/cgi-bin/webhook/send' || query.get('key') !== key)
      return { body: { errcode: 93000, errmsg: 'invalid webhook url' } };
    if (Buffer.byteLength(body.markdown.content) > 4096)
      return { body: { errcode: 40058, errmsg: 'markdown.content exceed max length 4096' } };
    return { body: { errcode: 0, errmsg: 'ok' } };
  };
}

export function slackJudge(): Judge {
  return ({ body }) => {
    const { blocks } = body;
    const tooLong = blocks.some(({ type, text }) => (text?.text.length ?? 1) > (type === 'header' ? 150 : 3000));
    const empty = blocks.some(({ text }) => text?.text === '');
    const bad = !body.text || body.text.length > 40_000 || blocks.length > 50 || tooLong || empty;
    return bad ? { status: 400, body: 'invalid_blocks' } : { body: 'ok' };
  };
}

export function teamsJudge(limit = 28_672): Judge {
  return ({ raw, body }) => {
    if (Buffer.byteLength(raw) > limit) return { status: 413, body: '' };
    const card = body.attachments?.[0];
    const isCard = body.type === 'message' && card?.contentType === 'application/vnd.microsoft.card.adaptive';
    return isCard && card.content.type === 'AdaptiveCard'
      ? { status: 202, body: '' }
      : { status: 400, body: 'no card' };
  };
}

export function pagerdutyJudge(routingKey: string): Judge {
  return ({ path, body }) => {
    const errors: string[] = [];
    if (path !== '/v2/enqueue') return { status: 404, body: '' };
    if (body.routing_key !== routingKey) errors.push("'routing_key' is invalid");
    if (!['trigger', 'acknowledge', 'resolve'].includes(body.event_action)) errors.push("'event_action' is invalid");
    if (!body.dedup_key || body.dedup_key.length > 255) errors.push("'dedup_key' is invalid");
    if (body.event_action === 'trigger') {
      const { summary, source, severity } = body.payload;
      if (!summary || [...summary].length > 1024) errors.push("'payload.summary' is invalid");
      if (!source) errors.push("'payload.source' is missing");
      if (!['critical', 'error', 'warning', 'info'].includes(severity)) errors.push("'payload.severity' is invalid");
    }
    if (errors.length > 0)
      return { status: 400, body: { status: 'invalid event', message: 'Event object is invalid', errors } };
    return { status: 202, body: { status: 'success', message: 'Event processed', dedup_key: body.dedup_key } };
  };
}

/** Reads the HTML as Telegram does: known tags only, closed in order, five entities; counts what is left. */
export function telegramJudge(token: string, chatId: number | string): Judge {
  const refuse = (status: number, description: string): MockAnswer => ({
    status,
    body: { ok: false, error_code: status, description },
  });
  return ({ path, body }) => {
    if (path !== `/bot${token}/sendMessage`) return refuse(401, 'Unauthorized');
    if (body.chat_id !== chatId) return refuse(400, 'Bad Request: chat not found');
    const text = body.parse_mode === 'HTML' ? readTelegramHtml(body.text) : body.text;
    if (text === null) return refuse(400, "Bad Request: can't parse entities: unsupported start tag");
    if (text.length > 4096) return refuse(400, 'Bad Request: message is too long');
    return { body: { ok: true, result: { message_id: 1 } } };
  };
}

function readTelegramHtml(html: string): string | null {
  const open: string[] = [];
  let balanced = true;
  const text = html.replace(/<(\/?)([^\s>]*)([^>]*)>/g, (_, close: string, tag: string, rest: string) => {
    const known = close ? rest === '' : (tag === 'b' && rest === '') || (tag === 'a' && /^ href="[^"<]*"$/.test(rest));
    if (!known || (close && open.pop() !== tag)) balanced = false;
    if (!close) open.push(tag);
    return '';
  });
  if (!balanced || open.length > 0 || /[<>]/.test(text)) return null;
  return text.replace(/&(amp|lt|gt|quot);/g, '.').includes('&') ? null : text.replace(/&(amp|lt|gt|quot);/g, '.');
}
