/**
 * A message as the chat channels tell it: one line per fact, most important first, as plain text in the channel's language. Every
 * text is bounded, so that a channel only has to drop rows and lines, never to cut through its own markup.
 */
import type { DigestRow } from '../alerting/notify/digest-message.ts';
import type { Message, MessageAlert } from '../alerting/notify/message.ts';
import { bilingual, culpritText, digestFigures, digestWord } from './digest-words.ts';
import type { Lang } from './language.ts';
import { codePoints, truncate } from './truncate.ts';
import {
  causeText,
  digestSpan,
  formatTime,
  headline,
  labelText,
  moreWords,
  period,
  phrase,
  reasonWords,
  statusWords,
} from './words.ts';

const MAX_TITLE = 200;
const MAX_LINE = 300;
const MAX_NAME = 80;
const MAX_LISTED = 5;
const MAX_COLUMNS = 12;

/** `label: text`; with `url` the text is a link. An empty label stands for none. */
export interface OutlineLine {
  readonly label: string;
  readonly text: string;
  readonly url?: string;
}

export interface OutlineRow {
  readonly ended: boolean;
  /** 告警 Firing, 恢复 Resolved, … */
  readonly status: string;
  readonly title: string;
  readonly url: string;
  readonly lines: readonly OutlineLine[];
}

export interface Outline {
  readonly headline: string;
  /** When, which group, how many still fire. */
  readonly facts: string;
  readonly rows: readonly OutlineRow[];
  /** `… and N more` for the rows the message or the channel dropped; '' when none is missing. */
  readonly more: (dropped: number) => string;
  /** Text of the link to `url`. */
  readonly open: string;
  readonly url: string;
}

export function outline(message: Message, lang: Lang): Outline {
  const labels = labelText(message.groupLabels);
  const facts = [
    message.digest ? digestSpan(message.digest, message.zone) : formatTime(message.at, message.zone),
    ...(labels === '' ? [] : [bounded(labels, MAX_LINE)]),
    ...(message.stillFiring ? [`${phrase('stillFiring', lang)}: ${message.stillFiring}`] : []),
  ];
  return {
    headline: bounded(headline(message, lang), MAX_TITLE),
    facts: facts.join(' · '),
    rows: message.digest
      ? message.digest.rows.map(each => digestRow(each, lang))
      : message.alerts.map(alert => row(alert, message, lang)),
    more(dropped) {
      const missing = message.omitted + dropped;
      return missing > 0 ? moreWords(missing, lang) : '';
    },
    open: phrase('open', lang),
    url: message.url,
  };
}

/** How a channel marks text up. Each function takes plain text and returns one piece that must not be cut. */
export interface Markup {
  readonly text: (plain: string) => string;
  readonly bold: (plain: string) => string;
  readonly link: (plain: string, url: string) => string;
}

/** A row in a channel's markup: its first piece says what it is, each further one is a line. */
export function markedRow({ status, title, url, lines }: OutlineRow, markup: Markup): readonly string[] {
  return [`${markup.bold(status)} ${markup.link(title, url)}`, ...lines.map(line => markedLine(line, markup))];
}

function markedLine({ label, text, url }: OutlineLine, markup: Markup): string {
  const value = url === undefined ? markup.text(text) : markup.link(text, url);
  return label === '' ? value : `${markup.text(label)}: ${value}`;
}

function row(alert: MessageAlert, message: Message, lang: Lang): OutlineRow {
  const labels = labelText(alert.labels);
  const lines: OutlineLine[] = [];
  const add = (label: string, text: string, url?: string): void => {
    if (text !== '') lines.push({ label, text: bounded(text, MAX_LINE), ...(url === undefined ? {} : { url }) });
  };
  if (alert.cause) add(phrase('cause', lang), causeText(alert.cause, lang));
  if (alert.summary !== '') add(phrase('labels', lang), labels);
  add(phrase('condition', lang), alert.formula);
  for (const { name, value } of alert.annotations.slice(0, MAX_COLUMNS)) add(bounded(name, MAX_NAME), value);
  add(phrase('since', lang), period(alert, message));
  if (alert.reason !== undefined) add(phrase('reason', lang), reasonWords(alert.reason, lang));
  if (alert.ackedBy !== undefined) add(phrase('acknowledged', lang), bounded(alert.ackedBy, MAX_NAME));
  add(phrase('owner', lang), bounded(alert.owner, MAX_NAME));
  add(phrase('affects', lang), listed(alert.affects));
  add(phrase('alsoAffected', lang), listed(alert.alsoAffected ?? []));
  if (alert.ackUrl !== undefined) add('', phrase('acknowledge', lang), alert.ackUrl);
  if (alert.logLine) add(phrase('log', lang), alert.logLine.text, alert.logLine.url);
  return {
    ended: alert.status === 'resolved',
    status: statusWords(alert.status, lang),
    title: bounded(alert.summary || alert.labels['alertname'] || labels || 'alert', MAX_TITLE),
    url: alert.url,
    lines,
  };
}

/** A report of a digest: how it is now, and what the time it speaks of cost. */
function digestRow(of: DigestRow, lang: Lang): OutlineRow {
  const figures = digestFigures(of, lang).filter(([, value]) => value !== '–');
  const facts: readonly (readonly [label: string, text: string])[] = [
    ['', bilingual(of.text, lang)],
    ...figures,
    [digestWord('culprits', lang), culpritText(of)],
  ];
  return {
    ended: of.level === 'ok',
    status: bilingual(of.state, lang),
    title: bounded(of.report, MAX_TITLE),
    url: of.url,
    lines: facts.filter(([, text]) => text !== '').map(([label, text]) => ({ label, text: bounded(text, MAX_LINE) })),
  };
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, MAX_LISTED).map(name => bounded(name, MAX_NAME));
  const more = names.length - shown.length;
  return more > 0 ? `${shown.join(', ')} +${more}` : shown.join(', ');
}

/** One line without control characters or marks that turn the direction of writing, at most `limit` code points. */
function bounded(text: string, limit: number): string {
  const line = text
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, '')
    .trim();
  return truncate(line, limit, codePoints);
}
