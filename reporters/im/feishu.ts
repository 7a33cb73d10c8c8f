/**
 * Feishu (飞书) or Lark custom bot. A success is HTTP 200 and a code of 0 under either of its two names. Wire format, limits and
 * codes: https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot
 */
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { ReporterDeps } from '../../alerting/notify/channel.ts';
import type { Notifier, SendResult } from '../../alerting/notify/notifier.ts';
import { baseUrlField, defineReporter, secretField } from '../define.ts';
import { classifyStatus, excerpt, type HttpAnswer, isAnswer, notTheChannel, parseJson, postJson } from '../http.ts';
import { langField } from '../language.ts';
import { renderCard } from './feishu-card.ts';

/** Configuration; `hook_id` is the last part of the webhook address. For Lark, `base_url` is https://open.larksuite.com. */
const FeishuConfig = z.strictObject({
  base_url: baseUrlField.default('https://open.feishu.cn'),
  hook_id: secretField,
  secret: secretField.optional(),
  lang: langField,
});
type FeishuConfig = z.infer<typeof FeishuConfig>;

export const feishu = defineReporter({
  schema: FeishuConfig,
  secrets: ['hook_id', 'secret'],
  // Feishu takes 100 a minute and 5 a second; this window keeps both.
  budget: { requests: 5, windowMs: 3_000 },
  throttleFloorMs: 5_000,
  remedies: {
    sign: "check the secret (签名校验) of the bot and this machine's clock: it must be right within an hour",
    ip: "add this machine's outgoing address to the bot's list (IP 白名单)",
    keyword:
      'the bot wants one of its keywords in every message: switch it to signatures (签名校验) or add a keyword such as "tidewatch"',
    token:
      'check the hook_id: it is the last part of the webhook address of the bot; for Lark set base_url to https://open.larksuite.com',
    refused: 'Feishu does not take the message; check base_url and hook_id',
  },
  create: createFeishu,
});

function createFeishu(config: FeishuConfig, { clock, reach }: ReporterDeps): Notifier {
  return {
    async send(message, _options, signal) {
      const now = clock.now();
      const url = `${config.base_url}/open-apis/bot/v2/hook/${encodeURIComponent(config.hook_id.reveal())}`;
      const timestamp = String(Math.floor(now / 1000));
      const signed: Record<string, string> = config.secret
        ? { timestamp, sign: signFeishu(config.secret.reveal(), timestamp) }
        : {};
      const answer = await postJson({ url, body: renderCard(message, signed, config.lang), reach, now }, signal);
      return isAnswer(answer) ? classify(answer) : answer;
    },
    close: async () => {},
  };
}

/** base64(HMAC-SHA256(key = "{s}\n{secret}", message = "")): the text is the key, and nothing is signed. */
export function signFeishu(secret: string, timestampSeconds: string): string {
  return createHmac('sha256', `${timestampSeconds}\n${secret}`).digest('base64');
}

const Answer = z
  .object({ code: z.int().optional(), StatusCode: z.int().optional(), msg: z.string().default('') })
  .refine(({ code, StatusCode }) => code !== undefined || StatusCode !== undefined);

/** Not any limit: a message that is too large stays so. */
const FREQUENCY = /frequen|too many|rate limit/i;
const THROTTLED = new Set([11232, 99991400]);

/** Feishu refuses with HTTP 200 and with 4xx alike: its code says more than the status. */
function classify(answer: HttpAnswer): SendResult {
  const parsed = Answer.safeParse(parseJson(answer.body));
  if (!parsed.success) return answer.status === 200 ? notTheChannel(answer) : classifyStatus(answer);
  const { code = 0, StatusCode = 0, msg } = parsed.data;
  const refusal = code === 0 ? StatusCode : code;
  if (refusal === 0) return answer.status === 200 ? { kind: 'sent' } : classifyStatus(answer);
  const error = `code ${refusal}: ${excerpt(msg)}`;
  const wait = answer.retryAfterMs === null ? {} : { retryAfterMs: answer.retryAfterMs };
  if (THROTTLED.has(refusal) || answer.status === 429 || (refusal === 9499 && FREQUENCY.test(msg)))
    return { kind: 'retryable', class: 'throttled', error, ...wait };
  switch (refusal) {
    case 19021:
      return { kind: 'permanent', class: 'sign', error };
    case 19022:
      return { kind: 'permanent', class: 'ip', error };
    case 19024:
      return { kind: 'permanent', class: 'keyword', error };
    case 19001:
      return { kind: 'permanent', class: 'token', error };
    case 9499:
    case 19002:
      return { kind: 'permanent', class: 'refused', error };
    default:
      return { kind: 'retryable', class: answer.status >= 500 ? 'server' : 'unknown', error, ...wait };
  }
}
