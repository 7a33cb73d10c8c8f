/** Badges (徽章): a small SVG that says how fresh a report is, to be put into other pages. No script, no font or picture from outside. */
import { escapeMarkup } from '../../model/markup.ts';

/** Colours with white text on them, AA contrast; each state has its word too. */
const COLOURS = { ok: '#067647', warning: '#b54708', critical: '#b42318', unknown: '#5d6676' } as const;
const LABEL_COLOUR = '#344054';
const HEIGHT = 20;
const FONT_SIZE = 11;
const PADDING = 7;
const FONT = 'Verdana,DejaVu Sans,PingFang SC,Microsoft YaHei,Noto Sans SC,sans-serif';
const MAX_LABEL = 40;

export interface Badge {
  /** What it speaks of: the report's name. */
  readonly label: string;
  readonly state: keyof typeof COLOURS;
  /** The state in a word. */
  readonly word: string;
  readonly text: string;
}

/** Draws a badge. Every text is escaped; a long name is cut. */
export function drawBadge({ label, state, word, text }: Badge): string {
  const name = shorten(label);
  const message = `${word} · ${text}`;
  const left = width(name) + 2 * PADDING;
  const right = width(message) + 2 * PADDING;
  const part = (content: string, from: number, length: number): string =>
    // Whatever the font: the text fills the width that was reckoned for it.
    `<text x="${from + PADDING}" y="14" textLength="${length - 2 * PADDING}" lengthAdjust="spacingAndGlyphs">${escaped(content)}</text>`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${left + right}" height="${HEIGHT}" viewBox="0 0 ${left + right} ${HEIGHT}" role="img">` +
    `<title>${escaped(`${label}: ${message}`)}</title>` +
    `<clipPath id="c"><rect width="${left + right}" height="${HEIGHT}" rx="3"/></clipPath>` +
    `<g clip-path="url(#c)"><rect width="${left}" height="${HEIGHT}" fill="${LABEL_COLOUR}"/>` +
    `<rect x="${left}" width="${right}" height="${HEIGHT}" fill="${COLOURS[state]}"/></g>` +
    `<g fill="#ffffff" font-family="${FONT}" font-size="${FONT_SIZE}">${part(name, 0, left)}${part(message, left, right)}</g></svg>\n`
  );
}

function shorten(label: string): string {
  const letters = [...label];
  return letters.length <= MAX_LABEL ? label : `${letters.slice(0, MAX_LABEL - 1).join('')}…`;
}

/** Width of a text, px: a Han character is as wide as the font is high, a letter a little more than half of that. */
function width(text: string): number {
  let ems = 0;
  for (const letter of text) {
    if (/[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uff60\u{20000}-\u{3ffff}]/u.test(letter)) ems += 1;
    else if (/[ijltfrI.,:;|'!()[\] ·-]/.test(letter)) ems += 0.38;
    else ems += /[A-ZmwMW@%]/.test(letter) ? 0.8 : 0.6;
  }
  return Math.ceil(ems * FONT_SIZE);
}

/** XML takes no control characters and no half of a pair, not even escaped. */
function escaped(text: string): string {
  return escapeMarkup(text.replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, ' '));
}
