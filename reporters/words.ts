/** The words every channel uses: Chinese first, English beside it. */
import type { Message, MessageAlert } from '../alerting/notify/message.ts';

const STATUS_WORDS: Readonly<Record<MessageAlert['status'], string>> = {
  firing: '告警 Firing',
  resolved: '恢复 Resolved',
  nodata: '无数据 No data',
  stale: '停止上报 Stale',
  flapping: '抖动 Flapping',
  meta: '系统 Meta',
};

const SEVERITY_WORDS: Readonly<Record<Message['severity'], string>> = {
  critical: '严重 Critical',
  error: '错误 Error',
  warning: '警告 Warning',
  info: '提示 Info',
};

const REASON_WORDS: Readonly<Record<string, string>> = {
  edited: '规则已修改 rule edited',
  disabled: '规则已停用 rule disabled',
  deleted: '规则已删除 rule deleted',
  'group-by-changed': '分组维度已修改 group-by changed',
  vanished: '序列已消失 series vanished',
  'job-ended': '作业已结束 job ended',
};

export function statusWords(status: MessageAlert['status']): string {
  return STATUS_WORDS[status];
}

export function severityWords(severity: Message['severity']): string {
  return SEVERITY_WORDS[severity];
}

/** A resolve's or unknown's reason; a reason without words stands for itself. */
export function reasonWords(reason: string): string {
  return REASON_WORDS[reason] ?? reason;
}

/** One line that says what, how bad and how many: subject of a mail, title of an IM message. */
export function headline(message: Message): string {
  const mark =
    message.status === 'resolved' ? '恢复 Resolved' : message.status === 'info' ? '通知 Notice' : '告警 Alert';
  const severity = message.status === 'resolved' ? '' : `[${severityWords(message.severity)}]`;
  return `[${mark}]${severity} ${message.title}`.replace(/[\r\n\t]+/g, ' ');
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

/** Labels people look for first, then the rest by name; `alertname` and `severity` are said elsewhere. */
export function labelText(labels: Readonly<Record<string, string>>): string {
  return Object.keys(labels)
    .filter(name => name !== 'alertname' && name !== 'severity' && labels[name] !== '')
    .sort()
    .map(name => `${name}=${labels[name]}`)
    .join(', ');
}

/** How long it lasted, or has lasted at `at`: `2h5m`; seconds only below an hour. */
export function lasted(alert: Pick<MessageAlert, 'startsAt' | 'endsAt'>, at: number): string {
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
