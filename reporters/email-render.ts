/**
 * A message as an e-mail: subject, HTML and plain text. The HTML is tables with inline styles, because Outlook lays out nothing
 * else, in one column that phones can show; no pictures, scripts or remote content.
 */
import type { Message, MessageAlert } from '../alerting/notify/message.ts';
import { type Html, html } from './html.ts';
import { truncate } from './truncate.ts';
import { formatTime, headline, labelText, lasted, reasonWords, severityWords, statusWords } from './words.ts';

/** Hint columns (提示列) that stand side by side; more are listed below the row. */
const MAX_COLUMNS = 4;
const MAX_SUBJECT_CHARACTERS = 180;

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

export interface RenderedMail {
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

/** Renders one message. Every text of the outside is escaped. */
export function renderMail(message: Message): RenderedMail {
  const subject = truncate(headline(message), MAX_SUBJECT_CHARACTERS, text => [...text].length);
  return { subject, html: page(message, subject).text, text: plainText(message) };
}

function page(message: Message, subject: string): Html {
  const colour = message.status === 'resolved' ? RESOLVED_COLOUR : COLOURS[message.severity];
  return html`<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light"><title>${subject}</title></head>
<body style="margin:0;padding:0;background:#f2f4f7">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:#f2f4f7"><tr><td align="center" style="padding:16px 8px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:760px;background:#ffffff;border:1px solid #eaecf0;border-top:4px solid ${colour}">
<tr><td style="${FONT};padding:18px 20px 4px 20px;font-size:18px;line-height:26px;font-weight:600;color:#101828">${message.title}</td></tr>
<tr><td style="${NOTE};padding:0 20px 14px 20px"><span style="color:${colour};font-weight:600">${badge(message)}</span> &middot; ${formatTime(message.at, message.zone)}${groupNote(message)}</td></tr>
<tr><td style="padding:0 20px"><table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="border-collapse:collapse">${message.alerts.map(alert => alertBlock(alert, message))}</table></td></tr>
<tr><td style="${NOTE};padding:16px 20px 20px 20px">${omittedNote(message)}<a href="${message.url}" style="display:inline-block;background:#1d2939;color:#ffffff;text-decoration:none;padding:8px 16px;font-size:13px;line-height:20px">查看详情 Open in tidewatch</a></td></tr>
<tr><td style="${NOTE};padding:10px 20px;background:#f9fafb;border-top:1px solid #eaecf0;color:#667085">接收人 Receiver: ${message.receiver}</td></tr>
</table></td></tr></table></body></html>`;
}

/** One alert in one column, so that a phone can show it; only the hint columns stand side by side. */
function alertBlock(alert: MessageAlert, message: Message): Html {
  const colour = alert.status === 'resolved' ? RESOLVED_COLOUR : COLOURS[message.severity];
  const labels = labelText(alert.labels);
  const columns = hintColumns(alert);
  return html`<tr><td style="${BLOCK}">
<div><span style="color:${colour};font-weight:600">${statusWords(alert.status)}</span> &nbsp;<a href="${alert.url}" style="color:#175cd3;text-decoration:none;font-weight:600">${alert.summary || alert.labels['alertname'] || labels}</a></div>
${labels === '' ? '' : html`<div style="color:#475467">${labels}</div>`}${alert.formula === '' ? '' : html`<div style="${MONO};font-size:12px;color:#101828;background:#f9fafb;padding:4px 8px;margin:4px 0">${alert.formula}</div>`}
${columns.length === 0 ? '' : columnTable(columns)}
<div style="${NOTE}">${details(alert, message).map(([name, value]) => html`<div><span style="color:#667085">${name}:</span> ${value}</div>`)}</div>
</td></tr>`;
}

function columnTable(columns: MessageAlert['annotations']): Html {
  return html`<table cellpadding="0" cellspacing="0" border="0" style="border-collapse:collapse;margin:4px 0"><tr>${columns.map(({ name }) => html`<th style="${HEAD}">${name}</th>`)}</tr><tr>${columns.map(({ value }) => html`<td style="${CELL}">${value}</td>`)}</tr></table>`;
}

/** What is said below an alert's row, name and value. */
function details(alert: MessageAlert, message: Message): [string, string | Html][] {
  const lines: [string, string | Html][] = [['时间 Since', period(alert, message)]];
  if (alert.reason !== undefined) lines.push(['原因 Reason', reasonWords(alert.reason)]);
  const columns = hintColumns(alert);
  for (const annotation of alert.annotations) {
    if (!columns.includes(annotation)) lines.push([annotation.name, annotation.value]);
  }
  if (alert.owner !== '') lines.push(['负责人 Owner', alert.owner]);
  if (alert.affects.length > 0) lines.push(['影响报表 Affects', alert.affects.join(', ')]);
  if (alert.logLine) {
    const { ts, text, url } = alert.logLine;
    const link = html`<a href="${url}" style="color:#175cd3;text-decoration:none">${formatTime(ts, message.zone)}</a> <span style="${MONO}">${text}</span>`;
    lines.push(['日志 Log', link]);
  }
  return lines;
}

function period(alert: MessageAlert, message: Message): string {
  const end = alert.endsAt === null ? '' : ` → ${formatTime(alert.endsAt, message.zone)}`;
  return `${formatTime(alert.startsAt, message.zone)}${end} (${lasted(alert, message.at)})`;
}

function badge(message: Message): string {
  if (message.status === 'resolved') return statusWords('resolved');
  return message.status === 'info' ? statusWords('meta') : severityWords(message.severity);
}

function groupNote(message: Message): Html {
  const labels = labelText(message.groupLabels);
  const still = message.stillFiring ? html` &middot; 仍在告警 still firing: ${message.stillFiring}` : '';
  return html`${labels === '' ? '' : html` &middot; ${labels}`}${still}`;
}

function omittedNote(message: Message): Html {
  if (message.omitted === 0) return html``;
  return html`<div style="padding-bottom:10px">… 还有 ${message.omitted} 条 and ${message.omitted} more</div>`;
}

/** The annotations that stand side by side; `late` and those beyond the width are listed below. */
function hintColumns(alert: MessageAlert): MessageAlert['annotations'] {
  return alert.annotations.filter(annotation => annotation.name !== 'late').slice(0, MAX_COLUMNS);
}

function plainText(message: Message): string {
  const lines = [message.title, `${badge(message)} · ${formatTime(message.at, message.zone)}`];
  const labels = labelText(message.groupLabels);
  if (labels !== '') lines.push(labels);
  if (message.stillFiring) lines.push(`仍在告警 still firing: ${message.stillFiring}`);
  for (const alert of message.alerts) {
    lines.push('', `[${statusWords(alert.status)}] ${alert.summary || labelText(alert.labels)}`);
    if (alert.summary !== '' && labelText(alert.labels) !== '') lines.push(`  标签 Labels: ${labelText(alert.labels)}`);
    if (alert.formula !== '') lines.push(`  条件 Condition: ${alert.formula}`);
    for (const { name, value } of alert.annotations) lines.push(`  ${name}: ${value}`);
    lines.push(`  时间 Since: ${period(alert, message)}`);
    if (alert.reason !== undefined) lines.push(`  原因 Reason: ${reasonWords(alert.reason)}`);
    if (alert.owner !== '') lines.push(`  负责人 Owner: ${alert.owner}`);
    if (alert.affects.length > 0) lines.push(`  影响报表 Affects: ${alert.affects.join(', ')}`);
    if (alert.logLine) lines.push(`  日志 Log: ${alert.logLine.text}`, `  ${alert.logLine.url}`);
    lines.push(`  ${alert.url}`);
  }
  if (message.omitted > 0) lines.push('', `… 还有 ${message.omitted} 条 and ${message.omitted} more`);
  lines.push('', `查看详情 Open: ${message.url}`, `接收人 Receiver: ${message.receiver}`, '');
  return lines.join('\n');
}
