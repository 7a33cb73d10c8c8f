/** The language of a channel. */
import { z } from 'zod';

/** Language of a channel (`lang`): Chinese with English beside it, or one of the two alone. */
export const langField = z.enum(['both', 'zh', 'en']).default('both');
export type Lang = z.output<typeof langField>;

export type Words = readonly [zh: string, en: string];

/** Words in a channel's language. */
export function say([zh, en]: Words, lang: Lang): string {
  if (lang === 'zh') return zh;
  return lang === 'en' ? en : `${zh} ${en}`;
}
