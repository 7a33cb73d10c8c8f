/** A message as Slack's blocks: a header, one section for each alert, and a text for clients and notifications without blocks. */
import type { Message } from '../alerting/notify/message.ts';
import type { Lang } from './language.ts';
import { markdownUrl } from './markdown.ts';
import { type Markup, markedRow, outline } from './outline.ts';
import { fitRows, truncate } from './truncate.ts';

/** Limits in characters; counted as UTF-16 units, which are never fewer than characters. */
const MAX_HEADER = 150;
const MAX_SECTION = 3000;
const MAX_BLOCKS = 50;
/** The rows and the four blocks around them stay within `MAX_BLOCKS`. */
const MAX_ROWS = MAX_BLOCKS - 4;
/** All blocks together. Slack names no limit for blocks; the one of `text` serves. */
const MAX_BODY = 40_000;

const MARKUP: Markup = {
  text: escaped,
  bold: text => `*${escaped(text)}*`,
  link: (text, url) => `<${escaped(markdownUrl(url))}|${escaped(text).replaceAll('|', '¦')}>`,
};

/** The request body. */
export function renderBlocks(message: Message, lang: Lang): string {
  const { headline, facts, rows, more, open, url } = outline(message, lang);
  const pieces = rows.slice(0, MAX_ROWS).map(row => section(markedRow(row, MARKUP)));
  return fitRows(
    pieces.map(text => [text]),
    (shown, dropped) => {
      const missing = more(rows.length - pieces.length + dropped);
      const last = `${missing === '' ? '' : `${missing} `}${MARKUP.link(open, url)}`;
      const blocks = [
        { type: 'header', text: { type: 'plain_text', text: truncate(headline, MAX_HEADER, units), emoji: false } },
        { type: 'context', elements: [mrkdwn(escaped(facts))] },
        ...shown.map(row => ({ type: 'section', text: mrkdwn(row.join('')) })),
        { type: 'section', text: mrkdwn(last) },
      ];
      return JSON.stringify({ text: `${escaped(headline)} ${last}`, blocks });
    },
    MAX_BODY,
    units,
  );
}

/** A row as one section: lines are dropped from its end until it fits. */
function section(pieces: readonly string[]): string {
  return fitRows([pieces], ([lines = []]) => lines.join('\n'), MAX_SECTION, units);
}

function mrkdwn(text: string): object {
  return { type: 'mrkdwn', text, verbatim: true };
}

/** Slack's three control characters; with them gone, no text can make a link or call anybody. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function units(text: string): number {
  return text.length;
}
