/** A message as DingTalk's markdown: a small dialect without tables, in which a line ends with an empty one. */
import type { Message, MessageAlert } from '../../alerting/notify/message.ts';
import { fit, truncate, utf8Bytes } from '../truncate.ts';
import { formatTime, headline, labelText, lasted, reasonWords, statusWords } from '../words.ts';

/** The whole JSON body, in bytes; DingTalk refuses more. */
const MAX_BODY_BYTES = 20_000;
const MAX_TITLE_BYTES = 300;

/** People to be called by name. A mobile number must also stand in the text, or nobody is called. */
export interface Mentions {
  readonly mobiles: readonly string[];
  readonly user_ids: readonly string[];
  readonly all: boolean;
}

/** The request body, at most `MAX_BODY_BYTES`. */
export function renderMarkdown(message: Message, at: Mentions): string {
  const title = truncate(headline(message), MAX_TITLE_BYTES);
  const body = (text: string): string =>
    JSON.stringify({
      msgtype: 'markdown',
      markdown: { title, text },
      at: { atMobiles: at.mobiles, atUserIds: at.user_ids, isAtAll: at.all },
    });
  const mentions = at.mobiles.map(mobile => `@${mobile}`).join(' ');
  const text = fit(
    {
      head: `### ${plain(title)}\n\n${facts(message)}`,
      rows: message.alerts.map(alert => row(alert, message)),
      tail: dropped => {
        const missing = message.omitted + dropped;
        const more = missing > 0 ? `… 还有 ${missing} 条 and ${missing} more · ` : '';
        return `\n\n${more}[查看详情 Open](${message.url})${mentions === '' ? '' : `\n\n${mentions}`}`;
      },
    },
    MAX_BODY_BYTES,
    candidate => utf8Bytes(body(candidate)),
  );
  return body(text);
}

function facts(message: Message): string {
  const still = message.stillFiring ? ` · 仍在告警 still firing: ${message.stillFiring}` : '';
  const labels = labelText(message.groupLabels);
  return `> ${formatTime(message.at, message.zone)}${labels === '' ? '' : ` · ${plain(labels)}`}${still}`;
}

function row(alert: MessageAlert, message: Message): string {
  const { zone } = message;
  const lines = [
    `**${statusWords(alert.status)}** [${plain(alert.summary || labelText(alert.labels) || 'alert')}](${alert.url})`,
  ];
  if (alert.summary !== '' && labelText(alert.labels) !== '')
    lines.push(`标签 Labels: ${plain(labelText(alert.labels))}`);
  if (alert.formula !== '') lines.push(`条件 Condition: ${plain(alert.formula)}`);
  for (const { name, value } of alert.annotations) lines.push(`${plain(name)}: ${plain(value)}`);
  const end = alert.endsAt === null ? '' : ` → ${formatTime(alert.endsAt, zone)}`;
  lines.push(`时间 Since: ${formatTime(alert.startsAt, zone)}${end} (${lasted(alert, message.at)})`);
  if (alert.reason !== undefined) lines.push(`原因 Reason: ${plain(reasonWords(alert.reason))}`);
  if (alert.owner !== '') lines.push(`负责人 Owner: ${plain(alert.owner)}`);
  if (alert.affects.length > 0) lines.push(`影响报表 Affects: ${plain(listed(alert.affects))}`);
  if (alert.logLine) lines.push(`日志 Log: [${plain(truncate(alert.logLine.text, 400))}](${alert.logLine.url})`);
  return `\n\n- ${lines.join('\n\n  ')}`;
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown} +${names.length - 5}` : shown;
}

/** Text that stays text: one line, no link, no tag. DingTalk knows no escapes, so the marks themselves are loosened. */
function plain(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replaceAll('](', '] (')
    .replace(/<(?=[a-z/!])/gi, '＜')
    .trim();
}
