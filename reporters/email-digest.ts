/** The daily digest of reports as a mail: one table, worst first, with what was late because of whom. Laid out as `email-render.ts` does. */
import type { Bilingual, Digest, DigestRow } from '../alerting/notify/digest-message.ts';
import type { Message } from '../alerting/notify/message.ts';
import { bilingual, culpritText, digestFigures, digestTitle, digestWord } from './digest-words.ts';
import { type Html, html } from './html.ts';
import type { Lang } from './language.ts';
import { digestSpan, formatTime } from './words.ts';

const COLOURS: Readonly<Record<DigestRow['level'], string>> = {
  ok: '#067647',
  warning: '#b54708',
  critical: '#b42318',
  unknown: '#5d6676',
};
const FONT = 'font-family:-apple-system,Segoe UI,PingFang SC,Microsoft YaHei,Noto Sans SC,Arial,sans-serif';
const BLOCK = `${FONT};font-size:14px;line-height:22px;color:#1d2939;padding:12px 0;border-top:1px solid #d0d5dd;word-break:break-word`;
const NOTE = `${FONT};font-size:12px;line-height:18px;color:#475467`;
const HEAD = `${FONT};font-size:12px;line-height:16px;color:#667085;padding:4px 16px 2px 0;text-align:left;font-weight:600`;
const CELL = `${FONT};font-size:13px;line-height:20px;color:#1d2939;padding:2px 16px 4px 0;text-align:left;white-space:nowrap`;

/** The page. Every text of the outside is escaped. */
export function renderDigestHtml(message: Message, digest: Digest, subject: string, lang: Lang): string {
  const worst = digest.rows[0]?.level ?? 'ok';
  return html`<!DOCTYPE html>
<html lang="${lang === 'en' ? 'en' : 'zh-CN'}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light"><title>${subject}</title></head>
<body style="margin:0;padding:0;background:#f2f4f7">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:#f2f4f7"><tr><td align="center" style="padding:16px 8px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:760px;background:#ffffff;border:1px solid #eaecf0;border-top:4px solid ${COLOURS[worst]}">
<tr><td style="${FONT};padding:18px 20px 4px 20px;font-size:18px;line-height:26px;font-weight:600;color:#101828">${digestTitle(digest, lang)}</td></tr>
<tr><td style="${NOTE};padding:0 20px 14px 20px">${digestWord('period', lang)}: ${digestSpan(digest, message.zone)}</td></tr>
<tr><td style="padding:0 20px"><table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="border-collapse:collapse">${digest.rows.map(row => rowBlock(row, message.zone, lang))}</table></td></tr>
<tr><td style="${NOTE};padding:16px 20px 20px 20px">${digest.omitted === 0 ? '' : html`<div style="padding-bottom:8px">+${digest.omitted}</div>`}<a href="${message.url}" style="display:inline-block;background:#1d2939;color:#ffffff;text-decoration:none;padding:8px 16px;font-size:13px;line-height:20px">${digestWord('open', lang)}</a></td></tr>
<tr><td style="${NOTE};padding:10px 20px;background:#f9fafb;border-top:1px solid #eaecf0;color:#667085">${digestWord('receiver', lang)}: ${message.receiver}</td></tr>
</table></td></tr></table></body></html>`.text;
}

/** The same without layout. */
export function renderDigestText(message: Message, digest: Digest, lang: Lang): string {
  const lines = [digestTitle(digest, lang), `${digestWord('period', lang)}: ${digestSpan(digest, message.zone)}`];
  for (const row of digest.rows) {
    lines.push('', `[${bilingual(row.state, lang)}] ${row.report}`, ...spoken(row.text, lang).map(line => `  ${line}`));
    lines.push(
      `  ${digestFigures(row, lang)
        .map(([name, value]) => `${name}: ${value}`)
        .join(' · ')}`,
    );
    for (const [name, value] of details(row, message.zone, lang)) lines.push(`  ${name}: ${value}`);
    lines.push(`  ${row.url}`);
  }
  if (digest.omitted > 0) lines.push('', `+${digest.omitted}`);
  lines.push(
    '',
    `${digestWord('open', lang)}: ${message.url}`,
    `${digestWord('receiver', lang)}: ${message.receiver}`,
    '',
  );
  return lines.join('\n');
}

/** One report in one column, so that a phone can show it; only its figures stand side by side. */
function rowBlock(row: DigestRow, zone: string, lang: Lang): Html {
  const cells = digestFigures(row, lang);
  return html`<tr><td style="${BLOCK}">
<div><span style="color:${COLOURS[row.level]};font-weight:600">${bilingual(row.state, lang)}</span> &nbsp;<a href="${row.url}" style="color:#175cd3;text-decoration:none;font-weight:600">${row.report}</a></div>
${spoken(row.text, lang).map(line => html`<div style="color:#475467">${line}</div>`)}
<table cellpadding="0" cellspacing="0" border="0" style="border-collapse:collapse;margin:4px 0"><tr>${cells.map(([name]) => html`<th style="${HEAD}">${name}</th>`)}</tr><tr>${cells.map(([, value]) => html`<td style="${CELL}">${value}</td>`)}</tr></table>
<div style="${NOTE}">${details(row, zone, lang).map(([name, value]) => html`<div><span style="color:#667085">${name}:</span> ${value}</div>`)}</div>
</td></tr>`;
}

function details(row: DigestRow, zone: string, lang: Lang): readonly (readonly [name: string, value: string])[] {
  const lines: (readonly [string, string])[] = [];
  const culprits = culpritText(row);
  if (culprits !== '') lines.push([digestWord('culprits', lang), culprits]);
  if (row.incidents.length > 0) {
    const text = row.incidents.map(
      ({ from, to, hops }) => `${range(from, to, zone)}${hops.length > 0 ? ` (${hops.join(', ')})` : ''}`,
    );
    lines.push([digestWord('incidents', lang), `${text.join('; ')}${row.more > 0 ? `; +${row.more}` : ''}`]);
  }
  return lines;
}

/** `11-21 10:42–10:55`. */
function range(from: number, to: number, zone: string): string {
  const [start, end] = [formatTime(from, zone), formatTime(to, zone)];
  const sameDay = start.slice(0, 10) === end.slice(0, 10);
  return `${start.slice(5, 16)}–${sameDay ? end.slice(11, 16) : end.slice(5, 16)}`;
}

/** A sentence a line: two of them in one would be hard to read. */
function spoken({ zh, en }: Bilingual, lang: Lang): readonly string[] {
  return lang === 'both' ? [zh, en] : [lang === 'zh' ? zh : en];
}
