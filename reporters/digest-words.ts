/** The digest of reports in a channel's language: what mails and chat channels say alike. */
import type { Bilingual, Digest, DigestRow } from '../alerting/notify/digest-message.ts';
import { type Lang, say } from './language.ts';

const WORDS = {
  attained: { zh: '达标率', en: 'Attained' },
  target: { zh: '目标', en: 'Target' },
  budget: { zh: '剩余预算', en: 'Budget left' },
  late: { zh: '延迟分钟', en: 'Late, min' },
  unknown: { zh: '未知分钟', en: 'Unknown, min' },
  culprits: { zh: '延迟来源', en: 'Minutes by hop' },
  incidents: { zh: '延迟时段', en: 'Incidents' },
  period: { zh: '统计时段', en: 'Period' },
  open: { zh: '查看新鲜度看板', en: 'Open the freshness board' },
  receiver: { zh: '接收人', en: 'Receiver' },
} satisfies Readonly<Record<string, Bilingual>>;

/** A fixed phrase of the digest. */
export function digestWord(key: keyof typeof WORDS, lang: Lang): string {
  return bilingual(WORDS[key], lang);
}

/** Both texts side by side, one where they are the same. */
export function bilingual({ zh, en }: Bilingual, lang: Lang): string {
  return zh === en ? zh : say([zh, en], lang);
}

/** Unknown minutes are said: without them a blind day would read as a good one. */
function costText({ judged, lateReports, lateMinutes, unknownMinutes }: Digest, lang: Lang): string {
  if (judged === 0) return say(['未承诺时限', 'nothing promised'], lang);
  const minutes = say(['分钟', 'min'], lang);
  const late =
    lateMinutes === 0
      ? say(['无延迟', 'nothing late'], lang)
      : `${lateReports}/${judged} ${say(['延迟', 'late'], lang)}, ${lateMinutes} ${minutes}`;
  return unknownMinutes === 0 ? late : `${late}, ${say(['未知', 'unknown'], lang)} ${unknownMinutes} ${minutes}`;
}

/** What the time it speaks of cost: how many reports were late in it and for how long, those left out of the rows included. */
export function digestTitle(digest: Digest, lang: Lang): string {
  const { owner, sentLate } = digest;
  const name = say(['数据新鲜度日报', 'Freshness digest'], lang);
  const whose = owner === '' ? '' : ` · ${owner}`;
  const note = sentLate ? ` (${say(['补发', 'sent late'], lang)})` : '';
  return `${name}${whose}: ${costText(digest, lang)}${note}`;
}

/** The figures of a report, name and value; `–` where nothing is promised. */
export function digestFigures(row: DigestRow, lang: Lang): readonly (readonly [name: string, value: string])[] {
  return [
    [digestWord('attained', lang), percent(row.attainment, 3)],
    [digestWord('target', lang), percent(row.target, 3)],
    [digestWord('budget', lang), percent(row.budgetLeft, 0)],
    [digestWord('late', lang), row.attainment === null ? '–' : String(row.late)],
    [digestWord('unknown', lang), row.attainment === null ? '–' : String(row.unknown)],
  ];
}

/** `etl 35, nifi 15`: the hops that cost the minutes; '' where none did. */
export function culpritText({ culprits }: Pick<DigestRow, 'culprits'>): string {
  return culprits.map(({ hop, minutes }) => `${hop} ${minutes}`).join(', ');
}

function percent(ratio: number | null, digits: number): string {
  return ratio === null ? '–' : `${(ratio * 100).toFixed(digits)} %`;
}
