/** A message as Feishu's interactive card: a coloured header, one block for each alert, a button. */
import type { Message } from '../../alerting/notify/message.ts';
import type { Lang } from '../language.ts';
import { loosened, markdownUrl } from '../markdown.ts';
import { type Markup, markedRow, outline } from '../outline.ts';
import { fitRows } from '../truncate.ts';

/** The whole body, signature included, in bytes: 20 KB, and Feishu does not say of which kind. */
const MAX_BODY_BYTES = 20_000;

const MARKUP: Markup = {
  text: loosened,
  bold: text => `**${loosened(text)}**`,
  link: (text, url) => `[${loosened(text)}](${markdownUrl(url)})`,
};

const TEMPLATES: Readonly<Record<Message['severity'], string>> = {
  critical: 'red',
  error: 'red',
  warning: 'orange',
  info: 'blue',
};

/** The request body; `signed` are the fields of the signature, which are part of it. */
export function renderCard(message: Message, signed: Readonly<Record<string, string>>, lang: Lang): string {
  const { headline, facts, rows, more, open, url } = outline(message, lang);
  const template = message.status === 'resolved' ? 'green' : TEMPLATES[message.severity];
  return fitRows(
    rows.map(row => markedRow(row, MARKUP)),
    (shown, dropped) => {
      const missing = more(dropped);
      const elements = [
        markdown(loosened(facts)),
        ...shown.flatMap(pieces => [{ tag: 'hr' }, markdown(pieces.join('\n'))]),
        { tag: 'hr' },
        ...(missing === '' ? [] : [markdown(MARKUP.link(missing, url))]),
        { tag: 'action', actions: [{ tag: 'button', text: plainText(open), url, type: 'primary' }] },
      ];
      const card = {
        config: { wide_screen_mode: true },
        header: { title: plainText(headline), template },
        elements,
      };
      return JSON.stringify({ ...signed, msg_type: 'interactive', card });
    },
    MAX_BODY_BYTES,
  );
}

function markdown(content: string): object {
  return { tag: 'div', text: { tag: 'lark_md', content } };
}

function plainText(content: string): object {
  return { tag: 'plain_text', content };
}
