/** A message as PagerDuty events: trigger, acknowledge or resolve, one for each alert. */
import { createHash } from 'node:crypto';
import type { Message, MessageAlert } from '../alerting/notify/message.ts';
import type { SendOptions } from '../alerting/notify/notifier.ts';
import type { Lang } from './language.ts';
import { codePoints, truncate } from './truncate.ts';
import { labelText, moreWords, reasonWords, statusWords } from './words.ts';

const MAX_SUMMARY = 1024;
const MAX_DEDUP_KEY = 255;
const MAX_DETAIL = 2000;
/** Custom details of one event; the whole event may have 512 KB. */
const MAX_DETAILS = 100;
/** Problems of one message that open incidents; of a storm beyond it, the first and worst incident says how many more there are. */
const MAX_INCIDENTS = 100;

export interface PagerdutyEvent {
  readonly event_action: 'trigger' | 'acknowledge' | 'resolve';
  /** The alert's episode: the same from the first trigger to the resolve, whichever messages tell it. */
  readonly dedup_key: string;
  readonly payload?: {
    readonly summary: string;
    readonly source: string;
    readonly severity: Message['severity'];
    readonly timestamp: string;
    readonly component?: string;
    readonly group?: string;
    readonly class?: string;
    readonly custom_details: Readonly<Record<string, string>>;
  };
  readonly links?: readonly { readonly href: string; readonly text: string }[];
  readonly client?: string;
  readonly client_url?: string;
}

type AlertRef = NonNullable<SendOptions['alerts']>[number];

/**
 * The events of a message. `refs` are all alerts of the message, `refs[i]` being that of `message.alerts[i]`: those it only counts
 * open incidents too, and every end resolves its own. Without `refs` it is a test message: its incident is closed at once.
 */
export function pagerdutyEvents(message: Message, refs: readonly AlertRef[], lang: Lang): readonly PagerdutyEvent[] {
  if (refs.length === 0) {
    const tests = message.alerts.map(alert => ({ ...alert, episode: labelKey(alert.labels) }));
    return tests.flatMap((ref, i) => [begin(ref, message.alerts[i], message, '', lang), end(ref)]);
  }
  const problems = refs.flatMap((ref, i) => (ref.status === 'resolved' ? [] : [{ ref, alert: message.alerts[i] }]));
  const rest = problems.length - MAX_INCIDENTS;
  const events = problems.slice(0, MAX_INCIDENTS).map(({ ref, alert }, i) => {
    const more = i === 0 && rest > 0 ? ` ${moreWords(rest, lang)}` : '';
    return begin(ref, alert, message, more, lang);
  });
  return [...events, ...refs.filter(ref => ref.status === 'resolved').map(end)];
}

function end(ref: AlertRef): PagerdutyEvent {
  return { event_action: 'resolve', dedup_key: dedupKey(ref.episode) };
}

function begin(
  ref: AlertRef,
  alert: MessageAlert | undefined,
  message: Message,
  more: string,
  lang: Lang,
): PagerdutyEvent {
  const dedup_key = dedupKey(ref.episode);
  if (alert?.ackedBy !== undefined) return { event_action: 'acknowledge', dedup_key };
  const { labels } = ref;
  const name = labels['alertname'] ?? message.title;
  const what = alert?.summary || labelText(labels);
  const url = alert?.url ?? message.url;
  return {
    event_action: 'trigger',
    dedup_key,
    payload: {
      summary:
        clip(`[${statusWords(ref.status, lang)}] ${name}${what === '' ? '' : `: ${what}`}`, MAX_SUMMARY - more.length) +
        more,
      source: clip(sourceOf(labels), 255),
      severity: severityOf(labels['severity'], message.severity),
      timestamp: new Date(alert?.startsAt ?? message.at).toISOString(),
      ...(labels['cluster'] ? { component: clip(labels['cluster'], 255) } : {}),
      ...(labelText(message.groupLabels) === '' ? {} : { group: clip(labelText(message.groupLabels), 255) }),
      class: clip(name, 255),
      custom_details: details(labels, alert, lang),
    },
    links: linksOf(url, alert),
    client: 'tidewatch',
    client_url: url,
  };
}

function details(
  labels: Readonly<Record<string, string>>,
  alert: MessageAlert | undefined,
  lang: Lang,
): Readonly<Record<string, string>> {
  const entries: [string, string][] = Object.entries(labels);
  if (alert) {
    entries.push(['condition', alert.formula], ['owner', alert.owner], ['affects', alert.affects.join(', ')]);
    entries.push(['also_affected', (alert.alsoAffected ?? []).join(', ')], ['log', alert.logLine?.text ?? '']);
    if (alert.reason !== undefined) entries.push(['reason', reasonWords(alert.reason, lang)]);
    for (const { name, value } of alert.annotations) entries.push([name, value]);
  }
  const told = entries.filter(([, value]) => value !== '').slice(0, MAX_DETAILS);
  return Object.fromEntries(told.map(([name, value]) => [clip(name, 255), clip(value, MAX_DETAIL)]));
}

/** What the alert is about. PagerDuty refuses an event without it, so a label that says nothing does not count. */
function sourceOf(labels: Readonly<Record<string, string>>): string {
  const told = ['job', 'topic', 'report', 'instance'].map(name => labels[name] ?? '');
  return told.find(value => value.trim() !== '') ?? 'tidewatch';
}

function linksOf(url: string, alert: MessageAlert | undefined): readonly { href: string; text: string }[] {
  const links = [{ href: url, text: 'tidewatch' }];
  if (alert?.logLine) links.push({ href: alert.logLine.url, text: 'log' });
  if (alert?.ackUrl !== undefined) links.push({ href: alert.ackUrl, text: 'acknowledge in tidewatch' });
  return links;
}

function severityOf(label: string | undefined, otherwise: Message['severity']): Message['severity'] {
  return label === 'critical' || label === 'error' || label === 'warning' || label === 'info' ? label : otherwise;
}

function labelKey(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The key itself, or its digest where PagerDuty would cut it. */
function dedupKey(key: string): string {
  return key.length <= MAX_DEDUP_KEY && /^[\x21-\x7e]+$/.test(key)
    ? key
    : createHash('sha256').update(key).digest('hex');
}

function clip(text: string, limit: number): string {
  return truncate(text, limit, codePoints);
}
