/** The words every channel uses, in Chinese and English. */
import type { Digest } from '../alerting/notify/digest-message.ts';
import type { Message, MessageAlert } from '../alerting/notify/message.ts';
import { digestTitle } from './digest-words.ts';
import { type Lang, say, type Words } from './language.ts';

const STATUS_WORDS: Readonly<Record<MessageAlert['status'], Words>> = {
  firing: ['告警', 'Firing'],
  resolved: ['恢复', 'Resolved'],
  nodata: ['无数据', 'No data'],
  stale: ['停止上报', 'Stale'],
  flapping: ['抖动', 'Flapping'],
  meta: ['系统', 'Meta'],
};

const SEVERITY_WORDS: Readonly<Record<Message['severity'], Words>> = {
  critical: ['严重', 'Critical'],
  error: ['错误', 'Error'],
  warning: ['警告', 'Warning'],
  info: ['提示', 'Info'],
};

const MARK_WORDS: Readonly<Record<Message['status'], Words>> = {
  firing: ['告警', 'Alert'],
  resolved: ['恢复', 'Resolved'],
  info: ['通知', 'Notice'],
};

const REASON_WORDS: Readonly<Record<string, Words>> = {
  edited: ['规则已修改', 'rule edited'],
  disabled: ['规则已停用', 'rule disabled'],
  deleted: ['规则已删除', 'rule deleted'],
  'group-by-changed': ['分组维度已修改', 'group-by changed'],
  vanished: ['序列已消失', 'series vanished'],
  'job-ended': ['作业已结束', 'job ended'],
};

const PHRASES = {
  cause: ['可能原因', 'Likely cause'],
  labels: ['标签', 'Labels'],
  condition: ['条件', 'Condition'],
  since: ['时间', 'Since'],
  reason: ['原因', 'Reason'],
  owner: ['负责人', 'Owner'],
  affects: ['影响报表', 'Affects'],
  alsoAffected: ['连带告警', 'Also affected'],
  acknowledged: ['已确认', 'Acknowledged by'],
  acknowledge: ['确认告警', 'Acknowledge'],
  log: ['日志', 'Log'],
  stillFiring: ['仍在告警', 'still firing'],
  receiver: ['接收人', 'Receiver'],
  open: ['查看详情', 'Open'],
  openLong: ['查看详情', 'Open in tidewatch'],
} satisfies Readonly<Record<string, Words>>;

/** A fixed phrase in the channel's language. */
export function phrase(key: keyof typeof PHRASES, lang: Lang): string {
  return say(PHRASES[key], lang);
}

export function statusWords(status: MessageAlert['status'], lang: Lang): string {
  return say(STATUS_WORDS[status], lang);
}

function severityWords(severity: Message['severity'], lang: Lang): string {
  return say(SEVERITY_WORDS[severity], lang);
}

/** A resolve's or unknown's reason; a reason without words stands for itself. */
export function reasonWords(reason: string, lang: Lang): string {
  const words = REASON_WORDS[reason];
  return words ? say(words, lang) : reason;
}

/** What stands beside the title: how bad it is, or that it is over. */
export function badge(message: Message, lang: Lang): string {
  if (message.status === 'resolved') return statusWords('resolved', lang);
  return message.status === 'info' ? statusWords('meta', lang) : severityWords(message.severity, lang);
}

/** How many alerts are not shown: `… 还有 5 条 and 5 more`. */
export function moreWords(count: number, lang: Lang): string {
  return `… ${say([`还有 ${count} 条`, `and ${count} more`], lang)}`;
}

/** The title in the channel's language; of an alert that is over with how long it lasted. */
export function titleText(message: Message, lang: Lang): string {
  if (message.digest) return digestTitle(message.digest, lang);
  const [only, ...more] = message.alerts;
  if (message.status !== 'resolved' || only === undefined || more.length + message.omitted > 0) return message.title;
  return `${message.title} · ${say(['持续', 'lasted'], lang)} ${lasted(only, message.at)}`;
}

/** One line that says what, how bad and how many: subject of a mail, title of an IM message. */
export function headline(message: Message, lang: Lang): string {
  const severity = message.status === 'resolved' ? '' : `[${severityWords(message.severity, lang)}]`;
  return `[${say(MARK_WORDS[message.status], lang)}]${severity} ${titleText(message, lang)}`.replace(/[\r\n\t]+/g, ' ');
}

/** `2026-11-21 18:05:00 GMT+8`: date, time and the zone it is told in. An unknown zone falls back to UTC. */
export function formatTime(at: number, zone: string): string {
  const options = { dateStyle: undefined, hourCycle: 'h23', timeZoneName: 'shortOffset' } as const;
  const fields = {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  } as const;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-CA', { ...options, ...fields, timeZone: zone });
  } catch {
    format = new Intl.DateTimeFormat('en-CA', { ...options, ...fields, timeZone: 'UTC' });
  }
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const offset = /^GMT(\+0)?$/.test(part['timeZoneName'] ?? '') ? 'UTC' : part['timeZoneName'];
  return `${part['year']}-${part['month']}-${part['day']} ${part['hour']}:${part['minute']}:${part['second']} ${offset}`;
}

/** From when to when, and how long: `2026-11-21 17:55:00 GMT+8 → 2026-11-21 18:05:00 GMT+8 (10m)`. */
export function period(alert: Pick<MessageAlert, 'startsAt' | 'endsAt'>, message: Message): string {
  const end = alert.endsAt === null ? '' : ` → ${formatTime(alert.endsAt, message.zone)}`;
  return `${formatTime(alert.startsAt, message.zone)}${end} (${lasted(alert, message.toldAt ?? message.at)})`;
}

/** From when to when a digest counts. */
export function digestSpan({ from, to }: Digest, zone: string): string {
  return `${formatTime(from, zone)} – ${formatTime(to, zone)}`;
}

/** The labels by name; `alertname` and `severity` are said elsewhere. */
export function labelText(labels: Readonly<Record<string, string>>): string {
  return Object.keys(labels)
    .filter(name => name !== 'alertname' && name !== 'severity' && labels[name] !== '')
    .sort()
    .map(name => `${name}=${labels[name]}`)
    .join(', ');
}

/** How long it lasted, or has lasted at `at`: `2h5m`; seconds only below an hour. */
function lasted(alert: Pick<MessageAlert, 'startsAt' | 'endsAt'>, at: number): string {
  const seconds = Math.max(0, Math.round(((alert.endsAt ?? at) - alert.startsAt) / 1000));
  const [d, h, m, s] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
    seconds % 60,
  ];
  const parts = [d ? `${d}d` : '', h ? `${h}h` : '', m ? `${m}m` : '', s && seconds < 3600 ? `${s}s` : ''];
  return parts.join('') || '0s';
}

/** The likeliest cause in the channel's language. */
export function causeText({ zh, en }: NonNullable<MessageAlert['cause']>, lang: Lang): string {
  return lang === 'both' ? `${zh} / ${en}` : say([zh, en], lang);
}
