/** Telegram bot. A success is HTTP 200 and `ok` true. Wire format and errors: https://core.telegram.org/bots/api#making-requests */
import { z } from 'zod';
import type { ReporterDeps } from '../alerting/notify/channel.ts';
import type { Notifier, SendResult } from '../alerting/notify/notifier.ts';
import { baseUrlField, defineReporter, secretField } from './define.ts';
import { classifyStatus, excerpt, type HttpAnswer, isAnswer, notTheChannel, parseJson, postJson } from './http.ts';
import { langField } from './language.ts';
import { renderHtml, renderPlain } from './telegram-text.ts';

/** Configuration; `thread_id` is a topic of a forum group. */
const TelegramConfig = z.strictObject({
  base_url: baseUrlField.default('https://api.telegram.org'),
  token: secretField,
  chat_id: z.union([z.int(), z.string().regex(/^(?:-?\d{1,20}|@\w{4,64})$/, 'expected a chat id or @name')]),
  thread_id: z.int().positive().optional(),
  lang: langField,
});
type TelegramConfig = z.infer<typeof TelegramConfig>;

export const telegram = defineReporter({
  schema: TelegramConfig,
  secrets: ['token'],
  // The limit of a group, the lowest of Telegram's limits.
  budget: { requests: 20, windowMs: 60_000 },
  throttleFloorMs: 1_000,
  remedies: {
    token: 'check the token: it is what @BotFather showed for this bot',
    chat: 'check the chat_id, and that the bot is a member of the chat; a person must have written to the bot first',
    forbidden:
      'the bot was removed from the chat, is blocked or may not write there: add it again, with the right to post',
    migrated: 'the group has a new id: enter it as chat_id',
    entities: 'Telegram did not understand the formatting; it is sent again as plain text',
    refused: 'Telegram does not take the message, which should not happen: report it',
  },
  create: createTelegram,
});

function createTelegram(config: TelegramConfig, { clock, reach }: ReporterDeps): Notifier {
  // A group that became a supergroup has a new id. Told by the first refusal, and again after each start of the daemon.
  let chatId = config.chat_id;
  return {
    async send(message, options, signal) {
      const plain = options.previousClass === 'entities';
      const text = plain ? renderPlain(message, config.lang) : renderHtml(message, config.lang);
      const body = JSON.stringify({
        chat_id: chatId,
        text,
        ...(plain ? {} : { parse_mode: 'HTML' }),
        ...(config.thread_id === undefined ? {} : { message_thread_id: config.thread_id }),
        link_preview_options: { is_disabled: true },
        disable_notification: message.status !== 'firing',
      });
      const url = `${config.base_url}/bot${config.token.reveal()}/sendMessage`;
      const answer = await postJson({ url, body, reach, now: clock.now() }, signal);
      if (!isAnswer(answer)) return answer;
      const { verdict, migratedTo } = classify(answer);
      chatId = migratedTo ?? chatId;
      return verdict;
    },
    close: async () => {},
  };
}

const Answer = z.object({
  ok: z.boolean(),
  error_code: z.int().optional(),
  description: z.string().default(''),
  parameters: z
    .object({ retry_after: z.number().nonnegative().optional(), migrate_to_chat_id: z.int().optional() })
    .default({}),
});

function classify(answer: HttpAnswer): { readonly verdict: SendResult; readonly migratedTo?: number } {
  const parsed = Answer.safeParse(parseJson(answer.body));
  if (!parsed.success) return { verdict: answer.status === 200 ? notTheChannel(answer) : classifyStatus(answer) };
  const { ok, description, parameters } = parsed.data;
  if (answer.status === 200 && ok) return { verdict: { kind: 'sent' } };

  const status = parsed.data.error_code ?? answer.status;
  const error = `HTTP ${status}: ${excerpt(description)}`;
  const migratedTo = parameters.migrate_to_chat_id;
  if (migratedTo !== undefined)
    return { verdict: { kind: 'retryable', class: 'migrated', error: `${error} (now ${migratedTo})` }, migratedTo };
  if (status === 429) {
    const wait = parameters.retry_after === undefined ? answer.retryAfterMs : parameters.retry_after * 1000;
    const retryAfter = wait === null ? {} : { retryAfterMs: wait };
    return { verdict: { kind: 'retryable', class: 'throttled', error, ...retryAfter } };
  }
  if (status >= 500 || status === 408) return { verdict: classifyStatus({ ...answer, status, body: description }) };
  if (status === 400 && /can't parse entities/i.test(description))
    return { verdict: { kind: 'retryable', class: 'entities', error } };
  if (status === 401 || status === 404) return { verdict: { kind: 'permanent', class: 'token', error } };
  if (status === 403) return { verdict: { kind: 'permanent', class: 'forbidden', error } };
  const isForbidden = /not enough rights|need administrator rights|WRITE_FORBIDDEN|have no rights/i.test(description);
  if (isForbidden) return { verdict: { kind: 'permanent', class: 'forbidden', error } };
  const isChat = /chat not found|thread not found|group chat was|TOPIC_(CLOSED|DELETED)/i.test(description);
  // `ok: false` with a status of success is none, and says nothing of why.
  if (status < 400) return { verdict: { kind: 'retryable', class: 'unknown', error } };
  return { verdict: { kind: 'permanent', class: isChat ? 'chat' : 'refused', error } };
}
