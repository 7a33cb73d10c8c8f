/**
 * DingTalk (钉钉) group robot. HTTP 200 says nothing: only `errcode` 0 is a success. Wire format, limits and codes:
 * https://open.dingtalk.com/document/orgapp/custom-robots-send-group-messages
 */
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { ReporterDeps } from '../../alerting/notify/channel.ts';
import type { Notifier, SendOptions, SendResult } from '../../alerting/notify/notifier.ts';
import { baseUrlField, defineReporter, secretField } from '../define.ts';
import { classifyStatus, excerpt, isAnswer, parseJson, postJson } from '../http.ts';
import { langField } from '../language.ts';
import { renderMarkdown } from './dingtalk-markdown.ts';

/** Configuration of a robot; `secret` is the one shown beside "signature" (加签), absent where the robot checks keywords or addresses. */
const DingtalkConfig = z.strictObject({
  base_url: baseUrlField.default('https://oapi.dingtalk.com'),
  access_token: secretField,
  secret: secretField.optional(),
  at: z
    .strictObject({
      mobiles: z
        .array(z.string().regex(/^\+?[\d-]{5,20}$/, 'expected a mobile number'))
        .max(50)
        .default([]),
      user_ids: z.array(z.string().min(1).max(64)).max(50).default([]),
      all: z.boolean().default(false),
    })
    .prefault({}),
  lang: langField,
});
type DingtalkConfig = z.infer<typeof DingtalkConfig>;

/** DingTalk drops more than 20 messages a minute and robot, and then everything for up to ten minutes. */
export const dingtalk = defineReporter({
  schema: DingtalkConfig,
  secrets: ['access_token', 'secret'],
  budget: { requests: 20, windowMs: 60_000 },
  throttleFloorMs: 60_000,
  remedies: {
    sign: 'check the secret: it must be the one shown beside "sign" (加签) of this robot',
    timestamp: "check this machine's clock: it must be right within an hour",
    keyword:
      'the robot wants one of its keywords in every message: switch it to signatures (加签) or add a keyword such as "tidewatch"',
    ip: "add this machine's outgoing address to the robot's list, or switch the robot to signatures (加签)",
    token: 'check the access_token: it is the last part of the webhook address of the robot',
    'robot-stopped': 'the robot was switched off: switch it on in the settings of the group',
    'group-gone': 'the group was dissolved: make a robot in another group and enter its token',
    'bad-parameter': 'DingTalk does not take the message; check base_url, it must lead to the robot interface',
    'bad-content-type': 'something between changes the request; check base_url and the proxy',
    refused: 'DingTalk does not take the message; the text above says why',
    'too-large': 'DingTalk finds the message too long, which should not happen: report it',
  },
  create: createDingtalk,
});

function createDingtalk(config: DingtalkConfig, { clock, reach }: ReporterDeps): Notifier {
  return {
    async send(message, options, signal) {
      const body = renderMarkdown(message, config.at, config.lang);
      // Signed anew for each attempt: a signature lives for an hour, an outbox row for a day.
      const url = signedUrl(config, clock.now());
      const answer = await postJson({ url, body, reach, now: clock.now() }, signal);
      if (!isAnswer(answer)) return answer;
      return answer.status === 200 ? classifyAnswer(answer.body, options) : classifyStatus(answer);
    },
    close: async () => {},
  };
}

function signedUrl(config: DingtalkConfig, now: number): string {
  const url = new URL(`${config.base_url}/robot/send`);
  url.searchParams.set('access_token', config.access_token.reveal());
  if (config.secret) {
    url.searchParams.set('timestamp', String(now));
    url.searchParams.set('sign', sign(config.secret.reveal(), now));
  }
  return url.href;
}

/** base64(HMAC-SHA256(secret, "{ms}\n{secret}")), before it is escaped for the address. */
export function sign(secret: string, timestampMs: number): string {
  return createHmac('sha256', secret).update(`${timestampMs}\n${secret}`).digest('base64');
}

const Answer = z.object({
  // Never by coercion: null and '' would become 0, which is the one success.
  errcode: z
    .union([
      z.int(),
      z
        .string()
        .regex(/^-?\d{1,9}$/)
        .transform(Number),
    ])
    .optional(),
  errmsg: z.string().optional(),
  wait: z.number().nonnegative().optional(),
});

const FREQUENCY = /too fast|frequen|exceed|limit/i;
const THROTTLED = new Set([130101, 410100]);

/** Codes that stay what they are however often one asks. */
const PERMANENT: Readonly<Record<number, string>> = {
  300001: 'token',
  300005: 'token',
  400101: 'token',
  400102: 'robot-stopped',
  400013: 'group-gone',
  40035: 'bad-parameter',
  43004: 'bad-content-type',
  460101: 'too-large',
};

/** The verdict on an answer of HTTP status 200. */
function classifyAnswer(text: string, options: Pick<SendOptions, 'previousClass'> = {}): SendResult {
  const parsed = Answer.safeParse(parseJson(text));
  if (!parsed.success)
    return { kind: 'retryable', class: 'gateway', error: `not an answer of DingTalk: ${excerpt(text)}` };
  const { errcode, errmsg = '', wait } = parsed.data;
  if (errcode === undefined) {
    // A gateway before the robot: {"status":1111,"wait":5,"punish":"deny"}.
    const retryAfter = wait === undefined ? {} : { retryAfterMs: wait * 1000 };
    return { kind: 'retryable', class: 'gateway', error: `no errcode: ${excerpt(text)}`, ...retryAfter };
  }
  if (errcode === 0) return { kind: 'sent' };
  const error = `errcode ${errcode}: ${excerpt(errmsg)}`;
  if (errcode === 310000) return classifySecurity(errmsg, error, options.previousClass);
  if (THROTTLED.has(errcode)) return { kind: 'retryable', class: 'throttled', error };
  const permanent = PERMANENT[errcode];
  // 300001 also says "too frequent", in words only.
  if (errcode === 300001 && FREQUENCY.test(errmsg)) return { kind: 'retryable', class: 'throttled', error };
  if (permanent !== undefined) return { kind: 'permanent', class: permanent, error };
  return { kind: 'retryable', class: errcode === -1 ? 'server' : 'unknown', error };
}

/** 310000 has several meanings, told apart only by its text. A bad timestamp may have been a slow queue: once more, signed anew. */
function classifySecurity(errmsg: string, error: string, previousClass?: string): SendResult {
  if (/timestamp/i.test(errmsg)) {
    const again = previousClass !== 'timestamp';
    return again ? { kind: 'retryable', class: 'timestamp', error } : { kind: 'permanent', class: 'timestamp', error };
  }
  if (FREQUENCY.test(errmsg)) return { kind: 'retryable', class: 'throttled', error };
  if (/keyword/i.test(errmsg)) return { kind: 'permanent', class: 'keyword', error };
  if (/sign/i.test(errmsg)) return { kind: 'permanent', class: 'sign', error };
  if (/whitelist|\bip\b/i.test(errmsg)) return { kind: 'permanent', class: 'ip', error };
  return { kind: 'permanent', class: 'refused', error };
}
