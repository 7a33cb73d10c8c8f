/** Freshness in words, Chinese and English: what badges, the board and the daily digest say. */
import { zoneOffset } from '../../model/zone.ts';
import type { FreshnessAnswer } from '../lag/answer.ts';
import type { FreshnessLevel } from './level.ts';

export const LANGUAGES = ['zh', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

const DAY_MS = 86_400_000;

interface Words {
  readonly level: Readonly<Record<FreshnessLevel, string>>;
  readonly seconds: (n: number) => string;
  readonly minutes: (n: number) => string;
  readonly hours: (h: number, min: number) => string;
  readonly days: (d: number, h: number) => string;
  readonly asOf: (time: string) => string;
  readonly behind: (age: string) => string;
  readonly completeUpTo: (time: string) => string;
  readonly about: (age: string, low: string, high: string) => string;
  readonly because: (hop: string) => string;
  readonly unknown: string;
  readonly silent: (hop: string) => string;
  readonly comma: string;
}

const WORDS: Readonly<Record<Language, Words>> = {
  en: {
    level: { ok: 'fresh', warning: 'close to limit', critical: 'late', unknown: 'unknown' },
    seconds: n => `${n} s`,
    minutes: n => `${n} min`,
    hours: (h, min) => (min === 0 ? `${h} h` : `${h} h ${min} min`),
    days: (d, h) => (h === 0 ? `${d} d` : `${d} d ${h} h`),
    asOf: time => `data as of ${time}`,
    behind: age => `${age} behind`,
    completeUpTo: time => `complete up to ${time}`,
    about: (age, low, high) => `about ${age} behind${low === high ? '' : ` (${low} to ${high})`}`,
    because: hop => `because of ${hop}`,
    unknown: 'how far the data goes is not known',
    silent: hop => `no report from ${hop}`,
    comma: ', ',
  },
  zh: {
    level: { ok: '正常', warning: '临近时限', critical: '延迟', unknown: '未知' },
    seconds: n => `${n} 秒`,
    minutes: n => `${n} 分钟`,
    hours: (h, min) => (min === 0 ? `${h} 小时` : `${h} 小时 ${min} 分钟`),
    days: (d, h) => (h === 0 ? `${d} 天` : `${d} 天 ${h} 小时`),
    asOf: time => `数据截至 ${time}`,
    behind: age => `落后 ${age}`,
    completeUpTo: time => `数据完整至 ${time}`,
    about: (age, low, high) => `约落后 ${age}${low === high ? '' : `（${low} 至 ${high}）`}`,
    because: hop => `原因：${hop}`,
    unknown: '数据完整到何时未知',
    silent: hop => `${hop} 没有上报`,
    comma: '，',
  },
};

/** The word for a level. */
export function levelWord(level: FreshnessLevel, language: Language): string {
  return WORDS[language].level[level];
}

/** A length of time as people say it: `45 s`, `3 min`, `1 h 5 min`, `2 d 4 h`. */
export function spokenDuration(ms: number, language: Language): string {
  const words = WORDS[language];
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 90) return words.seconds(seconds);
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return words.minutes(minutes);
  if (minutes < 1440) return words.hours(Math.floor(minutes / 60), minutes % 60);
  const hours = Math.round(minutes / 60);
  return words.days(Math.floor(hours / 24), hours % 24);
}

/** `10:42` in a zone, with the day in front when it is not that of `now`. */
export function spokenTime(at: number, now: number, zone: string): string {
  const local = (t: number): number => t + zoneOffset(zone, t);
  const text = new Date(local(at)).toISOString();
  const sameDay = Math.floor(local(at) / DAY_MS) === Math.floor(local(now) / DAY_MS);
  return sameDay ? text.slice(11, 16) : `${text.slice(5, 10)} ${text.slice(11, 16)}`;
}

/** What a badge says: `data as of 10:42 · 3 min behind`. */
export function badgeText(answer: FreshnessAnswer, language: Language, zone: string): string {
  const words = WORDS[language];
  const { complete_up_to: upTo, age_ms: age, ts } = answer;
  if (age === null) return words.unknown;
  const behind = words.behind(spokenDuration(age, language));
  return upTo === null ? behind : `${words.asOf(spokenTime(upTo, ts, zone))} · ${behind}`;
}

/** The whole sentence: `complete up to 10:42, about 3 min behind (2 min to 4 min), because of etl`. The cause only where the report is late. */
export function freshnessSentence(
  answer: FreshnessAnswer,
  { level, language, zone }: { readonly level: FreshnessLevel; readonly language: Language; readonly zone: string },
): string {
  const words = WORDS[language];
  const { complete_up_to: upTo, age_ms: age, age_low_ms: low, age_high_ms: high, ts, blame, stale } = answer;
  const parts: string[] = [];
  if (upTo !== null) parts.push(words.completeUpTo(spokenTime(upTo, ts, zone)));
  if (age === null) parts.push(words.unknown);
  else {
    const spoken = spokenDuration(age, language);
    const [from, to] =
      low === null || high === null ? [spoken, spoken] : [low, high].map(ms => spokenDuration(ms, language));
    parts.push(words.about(spoken, from ?? spoken, to ?? spoken));
  }
  if (blame !== null && level !== 'ok' && age !== null) parts.push(words.because(blame));
  if (stale.length > 0 && level !== 'ok') parts.push(words.silent(stale.join(', ')));
  return parts.join(words.comma);
}
