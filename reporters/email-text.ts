/** The text part of a mail: everything the HTML part says, for clients and people who read no HTML. */
import type { Message, MessageAlert } from '../alerting/notify/message.ts';
import type { Lang } from './language.ts';
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

export function renderText(message: Message, lang: Lang): string {
  const lines = [titleText(message, lang), `${badge(message, lang)} · ${formatTime(message.at, message.zone)}`];
  const labels = labelText(message.groupLabels);
  if (labels !== '') lines.push(labels);
  if (message.stillFiring) lines.push(`${phrase('stillFiring', lang)}: ${message.stillFiring}`);
  for (const alert of message.alerts) lines.push('', ...alertLines(alert, message, lang));
  if (message.omitted > 0) lines.push('', moreWords(message.omitted, lang));
  lines.push('', `${phrase('open', lang)}: ${message.url}`, `${phrase('receiver', lang)}: ${message.receiver}`, '');
  return lines.join('\n');
}

function alertLines(alert: MessageAlert, message: Message, lang: Lang): string[] {
  const labels = labelText(alert.labels);
  const lines = [`[${statusWords(alert.status, lang)}] ${alert.summary || labels}`];
  const add = (key: Parameters<typeof phrase>[0], text: string): void => {
    if (text !== '') lines.push(`  ${phrase(key, lang)}: ${text}`);
  };
  if (alert.cause) add('cause', causeText(alert.cause, lang));
  if (alert.summary !== '') add('labels', labels);
  add('condition', alert.formula);
  for (const { name, value } of alert.annotations) lines.push(`  ${name}: ${value}`);
  add('since', period(alert, message));
  if (alert.reason !== undefined) add('reason', reasonWords(alert.reason, lang));
  add('acknowledged', alert.ackedBy ?? '');
  add('owner', alert.owner);
  add('affects', alert.affects.join(', '));
  add('alsoAffected', (alert.alsoAffected ?? []).join('; '));
  if (alert.logLine) {
    add('log', alert.logLine.text);
    for (const line of alert.logLine.context ?? []) lines.push(`    ${line}`);
    lines.push(`  ${alert.logLine.url}`);
  }
  add('acknowledge', alert.ackUrl ?? '');
  lines.push(`  ${alert.url}`);
  return lines;
}
