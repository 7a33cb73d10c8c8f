/** The daily digest of reports as a mail: one table, worst first, with what was late because of whom. Laid out as `email-render.ts` does. */
import type { Bilingual, Digest, DigestRow } from '../alerting/notify/digest-message.ts';
import type { Message } from '../alerting/notify/message.ts';
import { type Html, html } from './html.ts';
import { formatTime, type Lang } from './words.ts';

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

const WORDS = {
  attained: { zh: '达标率', en: 'Attained' },
  target: { zh: '目标', en: 'Target' },
  budget: { zh: '剩余预算', en: 'Budget left' },
  late: { zh: '延迟分钟', en: 'Late, min' },
  unknown: { zh: '未知分钟', en: 'Unknown, min' },
  culprits: { zh: '延迟来源', en: 'Minutes by hop' },
  incidents: { zh: '延迟时段', en: 'Incidents' },
  period: { zh: '统计时段', en: 'Day' },
  open: { zh: '查看新鲜度看板', en: 'Open the freshness board' },
  receiver: { zh: '接收人', en: 'Receiver' },
  none: { zh: '无', en: 'none' },
} satisfies Readonly<Record<string, Bilingual>>;

/** The page. Every text of the outside is escaped. */
export function renderDigestHtml(message: Message, digest: Digest, subject: string, lang: Lang): string {
  const worst = digest.rows[0]?.level ?? 'ok';
  return html`<!DOCTYPE html>
<html lang="${lang === 'en' ? 'en' : 'zh-CN'}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light"><title>${subject}</title></head>
<body style="margin:0;padding:0;background:#f2f4f7">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:#f2f4f7"><tr><td align="center" style="padding:16px 8px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:760px;background:#ffffff;border:1px solid #eaecf0;border-top:4px solid ${COLOURS[worst]}">
<tr><td style="${FONT};padding:18px 20px 4px 20px;font-size:18px;line-height:26px;font-weight:600;color:#101828">${message.title}</td></tr>
<tr><td style="${NOTE};padding:0 20px 14px 20px">${say(WORDS.period, lang)}: ${dayOf(message, digest)}</td></tr>
<tr><td style="padding:0 20px"><table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="border-collapse:collapse">${digest.rows.map(row => rowBlock(row, message.zone, lang))}</table></td></tr>
<tr><td style="${NOTE};padding:16px 20px 20px 20px">${digest.omitted === 0 ? '' : html`<div style="padding-bottom:8px">+${digest.omitted}</div>`}<a href="${message.url}" style="display:inline-block;background:#1d2939;color:#ffffff;text-decoration:none;padding:8px 16px;font-size:13px;line-height:20px">${say(WORDS.open, lang)}</a></td></tr>
<tr><td style="${NOTE};padding:10px 20px;background:#f9fafb;border-top:1px solid #eaecf0;color:#667085">${say(WORDS.receiver, lang)}: ${message.receiver}</td></tr>
</table></td></tr></table></body></html>`.text;
}

/** The same without layout. */
export function renderDigestText(message: Message, digest: Digest, lang: Lang): string {
  const lines = [message.title, `${say(WORDS.period, lang)}: ${dayOf(message, digest)}`];
  for (const row of digest.rows) {
    lines.push('', `[${say(row.state, lang)}] ${row.report}`, ...spoken(row.text, lang).map(line => `  ${line}`));
    lines.push(
      `  ${figures(row, lang)
        .map(([name, value]) => `${name}: ${value}`)
        .join(' · ')}`,
    );
    for (const [name, value] of details(row, message.zone, lang)) lines.push(`  ${name}: ${value}`);
    lines.push(`  ${row.url}`);
  }
  if (digest.omitted > 0) lines.push('', `+${digest.omitted}`);
  lines.push('', `${say(WORDS.open, lang)}: ${message.url}`, `${say(WORDS.receiver, lang)}: ${message.receiver}`, '');
  return lines.join('\n');
}

/** One report in one column, so that a phone can show it; only its figures stand side by side. */
function rowBlock(row: DigestRow, zone: string, lang: Lang): Html {
  const cells = figures(row, lang);
  return html`<tr><td style="${BLOCK}">
<div><span style="color:${COLOURS[row.level]};font-weight:600">${say(row.state, lang)}</span> &nbsp;<a href="${row.url}" style="color:#175cd3;text-decoration:none;font-weight:600">${row.report}</a></div>
${spoken(row.text, lang).map(line => html`<div style="color:#475467">${line}</div>`)}
<table cellpadding="0" cellspacing="0" border="0" style="border-collapse:collapse;margin:4px 0"><tr>${cells.map(([name]) => html`<th style="${HEAD}">${name}</th>`)}</tr><tr>${cells.map(([, value]) => html`<td style="${CELL}">${value}</td>`)}</tr></table>
<div style="${NOTE}">${details(row, zone, lang).map(([name, value]) => html`<div><span style="color:#667085">${name}:</span> ${value}</div>`)}</div>
</td></tr>`;
}

function figures(row: DigestRow, lang: Lang): readonly (readonly [name: string, value: string])[] {
  return [
    [say(WORDS.attained, lang), percent(row.attainment, 3)],
    [say(WORDS.target, lang), percent(row.target, 3)],
    [say(WORDS.budget, lang), percent(row.budgetLeft, 0)],
    [say(WORDS.late, lang), row.attainment === null ? '–' : String(row.late)],
    [say(WORDS.unknown, lang), row.attainment === null ? '–' : String(row.unknown)],
  ];
}

function details(row: DigestRow, zone: string, lang: Lang): readonly (readonly [name: string, value: string])[] {
  const lines: (readonly [string, string])[] = [];
  if (row.culprits.length > 0) {
    const text = row.culprits.map(({ hop, minutes }) => `${hop} ${minutes}`).join(', ');
    lines.push([say(WORDS.culprits, lang), text]);
  }
  if (row.incidents.length > 0) {
    const text = row.incidents.map(
      ({ from, to, hops }) => `${range(from, to, zone)}${hops.length > 0 ? ` (${hops.join(', ')})` : ''}`,
    );
    lines.push([say(WORDS.incidents, lang), `${text.join('; ')}${row.more > 0 ? `; +${row.more}` : ''}`]);
  }
  return lines;
}

function dayOf({ zone }: Message, { from, to }: Digest): string {
  return `${formatTime(from, zone)} – ${formatTime(to, zone)}`;
}

/** `11-21 10:42–10:55`. */
function range(from: number, to: number, zone: string): string {
  const [start, end] = [formatTime(from, zone), formatTime(to, zone)];
  const sameDay = start.slice(0, 10) === end.slice(0, 10);
  return `${start.slice(5, 16)}–${sameDay ? end.slice(11, 16) : end.slice(5, 16)}`;
}

function percent(ratio: number | null, digits: number): string {
  return ratio === null ? '–' : `${(ratio * 100).toFixed(digits)} %`;
}

/** A sentence a line: two of them in one would be hard to read. */
function spoken({ zh, en }: Bilingual, lang: Lang): readonly string[] {
  return lang === 'both' ? [zh, en] : [lang === 'zh' ? zh : en];
}

function say({ zh, en }: Bilingual, lang: Lang): string {
  if (lang === 'both') return zh === en ? zh : `${zh} ${en}`;
  return lang === 'zh' ? zh : en;
}
