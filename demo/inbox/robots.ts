/** The chat robots of the demo's inbox: each checks token, clock and signature as its vendor does, and answers with the vendor's codes. */
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../model/clock.ts';
import { cardMarkdown } from './feishu-card.ts';

export const ROBOT_TOKEN = 'demo';
export const ROBOT_SECRET = 'SECdemo';
const MAX_SKEW_MS = 3_600_000;

/** What a robot wrote into its group; `text` is markdown. */
export interface RobotMessage {
  readonly kind: 'dingtalk' | 'feishu';
  readonly subject: string;
  readonly text: string;
}

export interface Robots {
  /** Base address of all of them; their paths differ. */
  readonly url: string;
  close(): Promise<void>;
}

/** A robot's answer, and the message where it took one. */
interface Verdict {
  readonly answer: object;
  readonly message?: RobotMessage;
}

/** Starts them on a free port of 127.0.0.1. */
export async function startRobots(clock: Clock, keep: (message: RobotMessage) => void): Promise<Robots> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://localhost');
      const body = Buffer.concat(chunks).toString('utf8');
      const robot = url.pathname.startsWith('/open-apis/bot/') ? asFeishu : asDingtalk;
      const { answer, message } = robot(url, body, clock.now());
      if (message) keep(message);
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(answer));
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise<void>(resolve => server.close(() => resolve()));
    },
  };
}

/** DingTalk: https://open.dingtalk.com/document/orgapp/custom-robot-access; times in ms. */
function asDingtalk(url: URL, text: string, now: number): Verdict {
  const refuse = (errcode: number, errmsg: string): Verdict => ({ answer: { errcode, errmsg } });
  if (url.searchParams.get('access_token') !== ROBOT_TOKEN) return refuse(300_001, 'token is not exist');
  const timestamp = url.searchParams.get('timestamp') ?? '';
  if (!isNear(Number(timestamp), now)) return refuse(310_000, 'invalid timestamp');
  const sign = createHmac('sha256', ROBOT_SECRET).update(`${timestamp}\n${ROBOT_SECRET}`).digest('base64');
  if (url.searchParams.get('sign') !== sign) return refuse(310_000, 'sign not match');
  const markdown = recordIn(parsed(text)?.['markdown']);
  if (!markdown) return refuse(40_035, 'invalid json');
  const { title = '', text: written = '' } = markdown;
  return {
    answer: { errcode: 0, errmsg: 'ok' },
    message: { kind: 'dingtalk', subject: String(title), text: String(written) },
  };
}

/** Feishu: https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot; times in seconds, and the signed text is the key. */
function asFeishu(url: URL, text: string, now: number): Verdict {
  const refuse = (code: number, msg: string): Verdict => ({ answer: { code, msg } });
  if (!url.pathname.endsWith(`/hook/${ROBOT_TOKEN}`))
    return refuse(19_001, 'param invalid: incoming webhook access token invalid');
  const body = parsed(text);
  const card = recordIn(body?.['card']);
  if (!body || !card) return refuse(9499, 'Bad Request');
  const { timestamp, sign } = body;
  const expected = createHmac('sha256', `${timestamp}\n${ROBOT_SECRET}`).update('').digest('base64');
  if (!isNear(Number(timestamp) * 1000, now) || sign !== expected)
    return refuse(19_021, 'sign match fail or timestamp is not within one hour from current time');
  return { answer: { code: 0, msg: 'success', data: {} }, message: { kind: 'feishu', ...cardMarkdown(card) } };
}

function isNear(ms: number, now: number): boolean {
  return Math.abs(now - ms) <= MAX_SKEW_MS;
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    return recordIn(JSON.parse(text));
  } catch {
    return null;
  }
}

function recordIn(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null ? { ...value } : null;
}
