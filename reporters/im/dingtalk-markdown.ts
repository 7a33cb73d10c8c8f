/** A message as DingTalk's markdown: a small dialect without tables, in which a line ends with an empty one. */
import type { Message } from '../../alerting/notify/message.ts';
import type { Lang } from '../language.ts';
import { loosened, markdownUrl } from '../markdown.ts';
import { type Markup, markedRow, outline } from '../outline.ts';
import { fitRows, truncate } from '../truncate.ts';

/** The whole JSON body, in bytes; DingTalk refuses more. */
const MAX_BODY_BYTES = 20_000;
const MAX_TITLE_BYTES = 300;

/** People to be called by name. A mobile number must also stand in the text, or nobody is called. */
export interface Mentions {
  readonly mobiles: readonly string[];
  readonly user_ids: readonly string[];
  readonly all: boolean;
}

const MARKUP: Markup = {
  text: loosened,
  bold: text => `**${loosened(text)}**`,
  link: (text, url) => `[${loosened(text)}](${markdownUrl(url)})`,
};

/** The request body, at most `MAX_BODY_BYTES`. */
export function renderMarkdown(message: Message, at: Mentions, lang: Lang): string {
  const { headline, facts, rows, more, open, url } = outline(message, lang);
  const title = truncate(headline, MAX_TITLE_BYTES);
  const mentions = at.mobiles.map(mobile => `@${mobile}`).join(' ');
  return fitRows(
    rows.map(row => markedRow(row, MARKUP)),
    (shown, dropped) => {
      const missing = more(dropped);
      const text = [
        `### ${loosened(title)}`,
        `> ${loosened(facts)}`,
        ...shown.map(pieces => `- ${pieces.join('\n\n  ')}`),
        `${missing === '' ? '' : `${missing} · `}${MARKUP.link(open, url)}`,
        ...(mentions === '' ? [] : [mentions]),
      ];
      return JSON.stringify({
        msgtype: 'markdown',
        markdown: { title, text: text.join('\n\n') },
        at: { atMobiles: at.mobiles, atUserIds: at.user_ids, isAtAll: at.all },
      });
    },
    MAX_BODY_BYTES,
  );
}
