/**
 * WeCom (企业微信) group robot. HTTP 200 says nothing: only `errcode` 0 is a success. Wire format and limits:
 * https://developer.work.weixin.qq.com/document/path/91770
 */
import { z } from 'zod';
import type { ReporterDeps } from '../../alerting/notify/channel.ts';
import type { Message } from '../../alerting/notify/message.ts';
import type { Notifier, SendResult } from '../../alerting/notify/notifier.ts';
import { baseUrlField, defineReporter, secretField } from '../define.ts';
import { classifyStatus, excerpt, type HttpAnswer, isAnswer, notTheChannel, parseJson, postJson } from '../http.ts';
import { type Lang, langField } from '../language.ts';
import { loosened, markdownUrl } from '../markdown.ts';
import { type Markup, markedRow, outline } from '../outline.ts';
import { fitRows, utf8Bytes } from '../truncate.ts';

/** The markdown text, in UTF-8 bytes (not characters). */
const MAX_MARKDOWN_BYTES = 4096;

/** Configuration; `key` is the last part of the webhook address. Markdown can only call people by user id. */
const WecomConfig = z.strictObject({
  base_url: baseUrlField.default('https://qyapi.weixin.qq.com'),
  key: secretField,
  at: z
    .strictObject({ user_ids: z.array(z.string().regex(/^[\w.@-]{1,64}$/, 'expected a user id')).max(20) })
    .prefault({ user_ids: [] }),
  lang: langField,
});
type WecomConfig = z.infer<typeof WecomConfig>;

/** WeCom takes 20 messages a minute and robot. */
export const wecom = defineReporter({
  schema: WecomConfig,
  secrets: ['key'],
  budget: { requests: 20, windowMs: 60_000 },
  throttleFloorMs: 60_000,
  remedies: {
    token:
      'check the key: it stands after "key=" in the webhook address of the robot; a robot that was removed needs a new one',
    'robot-stopped': 'the robot was switched off: switch it on in the settings of the group',
    'group-gone': 'the robot is no longer in the group: add it again, or make a new one and enter its key',
    'too-large': 'WeCom finds the message too long, which should not happen: report it',
    refused: 'WeCom does not take the message; check base_url, it must lead to the webhook interface',
  },
  create: createWecom,
});

function createWecom(config: WecomConfig, { clock, reach }: ReporterDeps): Notifier {
  return {
    async send(message, _options, signal) {
      const url = new URL(`${config.base_url}/cgi-bin/webhook/send`);
      url.searchParams.set('key', config.key.reveal());
      const content = renderMarkdown(message, config.at.user_ids, config.lang);
      const body = JSON.stringify({ msgtype: 'markdown', markdown: { content } });
      const answer = await postJson({ url: url.href, body, reach, now: clock.now() }, signal);
      if (!isAnswer(answer)) return answer;
      return answer.status === 200 ? classify(answer) : classifyStatus(answer);
    },
    close: async () => {},
  };
}

const MARKUP: Markup = {
  text: loosened,
  bold: text => `**${loosened(text)}**`,
  link: (text, url) => `[${loosened(text)}](${markdownUrl(url)})`,
};

/** The markdown, at most `MAX_MARKDOWN_BYTES`. */
function renderMarkdown(message: Message, userIds: readonly string[], lang: Lang): string {
  const { headline, facts, rows, more, open, url } = outline(message, lang);
  const colour = message.status === 'firing' ? 'warning' : message.status === 'resolved' ? 'info' : 'comment';
  const mentions = userIds.map(id => `<@${id}>`).join(' ');
  return fitRows(
    rows.map(row => markedRow(row, MARKUP)),
    (shown, dropped) => {
      const missing = more(dropped);
      const parts = [
        `### <font color="${colour}">${loosened(headline)}</font>\n> ${loosened(facts)}`,
        ...shown.map(pieces => pieces.join('\n> ')),
        `${missing === '' ? '' : `${missing} `}${MARKUP.link(open, url)}${mentions === '' ? '' : `\n${mentions}`}`,
      ];
      return parts.join('\n\n');
    },
    MAX_MARKDOWN_BYTES,
    utf8Bytes,
  );
}

const Answer = z.object({ errcode: z.int(), errmsg: z.string().default('') });

/** The verdict on an answer of HTTP status 200. */
function classify(answer: HttpAnswer): SendResult {
  const parsed = Answer.safeParse(parseJson(answer.body));
  if (!parsed.success) return notTheChannel(answer);
  const { errcode, errmsg } = parsed.data;
  if (errcode === 0) return { kind: 'sent' };
  const error = `errcode ${errcode}: ${excerpt(errmsg)}`;
  switch (errcode) {
    case 45009:
    case 45033:
      return { kind: 'retryable', class: 'throttled', error };
    case -1:
      return { kind: 'retryable', class: 'server', error };
    case 93000:
      return { kind: 'permanent', class: 'token', error };
    case 93004:
      return { kind: 'permanent', class: 'robot-stopped', error };
    case 93008:
      return { kind: 'permanent', class: 'group-gone', error };
    case 45002:
      return { kind: 'permanent', class: 'too-large', error };
    case 40058:
    case 40008:
    case 44004:
      return { kind: 'permanent', class: 'refused', error };
    default:
      return { kind: 'retryable', class: 'unknown', error };
  }
}
