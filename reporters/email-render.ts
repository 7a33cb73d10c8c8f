/**
 * The HTML part of a mail. It is tables with inline styles, because Outlook lays out nothing else, in one column that phones can
 * show; no scripts, no remote content: the only pictures are charts inside the mail (`cid:`).
 */
import type { Message, MessageAlert, MessageChart } from '../alerting/notify/message.ts';
import { type Html, html } from './html.ts';
import { type Lang, say } from './language.ts';
import {
  badge,
  causeText,
  formatTime,
  labelText,
  moreWords,
  period,
  phrase,
  reasonWords,
  statusWords,
  titleText,
} from './words.ts';

/** Hint columns (提示列) that stand side by side; more are listed below the row. */
const MAX_COLUMNS = 4;
/** Width at which a chart is shown on a screen that has room, CSS pixels. */
const CHART_WIDTH = 640;

const COLOURS: Readonly<Record<Message['severity'], string>> = {
  critical: '#b42318',
  error: '#c4320a',
  warning: '#b54708',
  info: '#175cd3',
};
const RESOLVED_COLOUR = '#067647';
// Font names without quotes: they stand inside an attribute.
const FONT = 'font-family:-apple-system,Segoe UI,PingFang SC,Microsoft YaHei,Noto Sans SC,Arial,sans-serif';
const MONO = 'font-family:Consolas,Menlo,DejaVu Sans Mono,monospace';
const BLOCK = `${FONT};font-size:14px;line-height:22px;color:#1d2939;padding:14px 0;border-top:1px solid #d0d5dd;word-break:break-word`;
const HEAD = `${FONT};font-size:12px;line-height:16px;color:#667085;padding:4px 16px 2px 0;text-align:left;font-weight:600`;
const CELL = `${MONO};font-size:13px;line-height:20px;color:#1d2939;padding:2px 16px 4px 0;text-align:left;border-top:1px solid #eaecf0`;
const NOTE = `${FONT};font-size:12px;line-height:18px;color:#475467`;
const LINK = 'color:#175cd3;text-decoration:none';

/** A chart of the mail by its content id. */
export interface MailChart {
  readonly cid: string;
  readonly chart: MessageChart;
}

/** The page. `charts[i]` belongs to `message.alerts[i]`; null where there is none. Every text of the outside is escaped. */
export function renderHtml(
  message: Message,
  subject: string,
  charts: readonly (MailChart | null)[],
  lang: Lang,
): string {
  const colour = message.status === 'resolved' ? RESOLVED_COLOUR : COLOURS[message.severity];
  const blocks = message.alerts.map((alert, i) => alertBlock(alert, charts[i] ?? null, message, lang));
  return html`<!DOCTYPE html>
<html lang="${lang === 'en' ? 'en' : 'zh-CN'}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light"><title>${subject}</title></head>
<body style="margin:0;padding:0;background:#f2f4f7">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:#f2f4f7"><tr><td align="center" style="padding:16px 8px">
<!--[if mso]><table role="presentation" width="760" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:760px;background:#ffffff;border:1px solid #eaecf0;border-top:4px solid ${colour}">
<tr><td style="${FONT};padding:18px 20px 4px 20px;font-size:18px;line-height:26px;font-weight:600;color:#101828">${titleText(message, lang)}</td></tr>
<tr><td style="${NOTE};padding:0 20px 14px 20px"><span style="color:${colour};font-weight:600">${badge(message, lang)}</span> &middot; ${formatTime(message.at, message.zone)}${groupNote(message, lang)}</td></tr>
<tr><td style="padding:0 20px"><table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="border-collapse:collapse">${blocks}</table></td></tr>
<tr><td style="${NOTE};padding:16px 20px 20px 20px">${omittedNote(message, lang)}${buttons(message, lang)}</td></tr>
<tr><td style="${NOTE};padding:10px 20px;background:#f9fafb;border-top:1px solid #eaecf0;color:#667085">${phrase('receiver', lang)}: ${message.receiver}</td></tr>
</table>
<!--[if mso]></td></tr></table><![endif]-->
</td></tr></table></body></html>`.text;
}

/** One alert in one column, so that a phone can show it; only the hint columns stand side by side. */
function alertBlock(alert: MessageAlert, chart: MailChart | null, message: Message, lang: Lang): Html {
  const colour = alert.status === 'resolved' ? RESOLVED_COLOUR : COLOURS[message.severity];
  const labels = labelText(alert.labels);
  const columns = hintColumns(alert);
  return html`<tr><td style="${BLOCK}">
<div><span style="color:${colour};font-weight:600">${statusWords(alert.status, lang)}</span> &nbsp;<a href="${alert.url}" style="${LINK};font-weight:600">${alert.summary || alert.labels['alertname'] || labels}</a></div>
${causeLine(alert, lang)}${labels === '' ? '' : html`<div style="color:#475467">${labels}</div>`}${alert.formula === '' ? '' : html`<div style="${MONO};font-size:12px;color:#101828;background:#f9fafb;padding:4px 8px;margin:4px 0">${alert.formula}</div>`}
${columns.length === 0 ? '' : columnTable(columns)}${chart === null ? '' : picture(chart, alert, lang)}
<div style="${NOTE}">${details(alert, message, lang).map(([name, value]) => html`<div>${name === '' ? '' : html`<span style="color:#667085">${name}:</span> `}${value}</div>`)}</div>
${logContext(alert)}</td></tr>`;
}

function columnTable(columns: MessageAlert['annotations']): Html {
  return html`<table cellpadding="0" cellspacing="0" border="0" style="border-collapse:collapse;margin:4px 0"><tr>${columns.map(({ name }) => html`<th style="${HEAD}">${name}</th>`)}</tr><tr>${columns.map(({ value }) => html`<td style="${CELL}">${value}</td>`)}</tr></table>`;
}

/** Why, before any figure: it is what the reader does something about. */
function causeLine({ cause }: MessageAlert, lang: Lang): Html {
  if (cause === undefined) return html``;
  return html`<div style="color:#101828;padding:4px 0"><span style="color:#667085">${phrase('cause', lang)}:</span> ${causeText(cause, lang)}</div>`;
}

/** The width stands twice: Outlook reads the attribute, phones the style. The text in its place says what the picture shows. */
function picture({ cid, chart }: MailChart, alert: MessageAlert, lang: Lang): Html {
  return html`<div style="${NOTE};padding-top:6px">${chartCaption(chart, lang)}</div><div style="padding:2px 0 6px 0"><img src="cid:${cid}" width="${CHART_WIDTH}" alt="${alert.formula || chart.title}" style="display:block;width:100%;max-width:${CHART_WIDTH}px;height:auto;border:0"></div>`;
}

/** What the picture shows, in the catalog's words; the metric's name where it has none. */
function chartCaption({ title, about }: MessageChart, lang: Lang): string {
  if (about === undefined) return title;
  const name = say([about.zh, about.en], lang);
  return about.of === '' ? name : `${name} · ${about.of}`;
}

/** What is said below an alert's row, name and value. */
function details(alert: MessageAlert, message: Message, lang: Lang): [string, string | Html][] {
  const lines: [string, string | Html][] = [];
  const add = (key: Parameters<typeof phrase>[0], text: string | Html): void => {
    if (text !== '') lines.push([phrase(key, lang), text]);
  };
  add('since', period(alert, message));
  if (alert.reason !== undefined) add('reason', reasonWords(alert.reason, lang));
  const columns = hintColumns(alert);
  for (const annotation of alert.annotations) {
    if (!columns.includes(annotation)) lines.push([annotation.name, annotation.value]);
  }
  add('acknowledged', alert.ackedBy ?? '');
  add('owner', alert.owner);
  add('affects', alert.affects.join(', '));
  add('alsoAffected', (alert.alsoAffected ?? []).join('; '));
  // A message of one alert has the button below; in one of many each alert has its own link.
  if (alert.ackUrl !== undefined && message.alerts.length > 1)
    lines.push(['', html`<a href="${alert.ackUrl}" style="${LINK}">${phrase('acknowledge', lang)}</a>`]);
  if (alert.logLine) {
    const { ts, text, url } = alert.logLine;
    add(
      'log',
      html`<a href="${url}" style="${LINK}">${formatTime(ts, message.zone)}</a> <span style="${MONO}">${text}</span>`,
    );
  }
  return lines;
}

function logContext(alert: MessageAlert): Html {
  const lines = alert.logLine?.context ?? [];
  if (lines.length === 0) return html``;
  return html`<div style="${MONO};font-size:11px;line-height:16px;color:#475467;background:#f9fafb;padding:6px 8px;margin-top:4px">${lines.map(line => html`<div>${line}</div>`)}</div>`;
}

function buttons(message: Message, lang: Lang): Html {
  const [only] = message.alerts;
  const ack = message.alerts.length === 1 ? only?.ackUrl : undefined;
  return html`<table role="presentation" cellpadding="0" cellspacing="0" border="0"><tr>${button(message.url, phrase('openLong', lang), '#1d2939', '#ffffff')}${
    ack === undefined ? '' : button(ack, phrase('acknowledge', lang), '#eaecf0', '#1d2939')
  }</tr></table>`;
}

/** A cell, because Outlook gives a link neither padding nor background. */
function button(url: string, text: string, background: string, colour: string): Html {
  return html`<td bgcolor="${background}" style="background:${background};padding:8px 16px"><a href="${url}" style="${FONT};font-size:13px;line-height:20px;color:${colour};text-decoration:none">${text}</a></td><td width="8" style="font-size:1px">&nbsp;</td>`;
}

function groupNote(message: Message, lang: Lang): Html {
  const labels = labelText(message.groupLabels);
  const still = message.stillFiring ? html` &middot; ${phrase('stillFiring', lang)}: ${message.stillFiring}` : '';
  return html`${labels === '' ? '' : html` &middot; ${labels}`}${still}`;
}

function omittedNote(message: Message, lang: Lang): Html {
  if (message.omitted === 0) return html``;
  return html`<div style="padding-bottom:10px">${moreWords(message.omitted, lang)}</div>`;
}

/** The annotations that stand side by side; `late` and those beyond the width are listed below. */
function hintColumns(alert: MessageAlert): MessageAlert['annotations'] {
  return alert.annotations.filter(annotation => annotation.name !== 'late').slice(0, MAX_COLUMNS);
}
