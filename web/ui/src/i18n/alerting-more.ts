/** Words that only the alerting screens need: in their chunks, so that the first load does not carry them. */
import { alertingMore as en } from './en/alerting-more.ts';
import { language } from './language.ts';
import { alertingMore as zh } from './zh/alerting-more.ts';

/** The catalogue in force; subscribes to the language as `words` does. */
export function moreWords(): typeof en {
  return language() === 'zh' ? zh : en;
}
