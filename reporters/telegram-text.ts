/** A message as Telegram's HTML, or as plain text when Telegram did not understand that. */
import type { Message } from '../alerting/notify/message.ts';
import type { Lang } from './language.ts';
import { type Markup, markedRow, outline } from './outline.ts';
import { fitRows } from './truncate.ts';

/** Characters after tags and entities are read; counted as UTF-16 units, which are never fewer than characters. */
const MAX_TEXT = 4096;

const HTML: Markup = {
  text: escaped,
  bold: text => `<b>${escaped(text)}</b>`,
  link: (text, url) => `<a href="${escaped(url)}">${escaped(text)}</a>`,
};

const PLAIN: Markup = {
  text: text => text,
  bold: text => `[${text}]`,
  link: (text, url) => `${text} ${url}`,
};

/** For `parse_mode: HTML`. */
export function renderHtml(message: Message, lang: Lang): string {
  return render(message, lang, HTML, text => text.replace(/<[^>]*>/g, '').replace(/&(?:amp|lt|gt|quot);/g, '.').length);
}

/** Without any formatting; links stand in the text. */
export function renderPlain(message: Message, lang: Lang): string {
  return render(message, lang, PLAIN, text => text.length);
}

function render(message: Message, lang: Lang, markup: Markup, measure: (text: string) => number): string {
  const { headline, facts, rows, more, open, url } = outline(message, lang);
  return fitRows(
    rows.map(row => markedRow(row, markup)),
    (shown, dropped) => {
      const missing = more(dropped);
      const parts = [
        `${markup.bold(headline)}\n${markup.text(facts)}`,
        ...shown.map(pieces => pieces.join('\n')),
        `${missing === '' ? '' : `${missing} `}${markup.link(open, url)}`,
      ];
      return parts.join('\n\n');
    },
    MAX_TEXT,
    measure,
  );
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
