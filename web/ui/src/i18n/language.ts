/** The words of the interface: one typed catalogue a language, loaded when needed, switched without a reload. */
import { effect, signal } from '@preact/signals';
import type { Messages } from './en.ts';

export type { Messages } from './en.ts';

export type Language = 'zh' | 'en';
const STORED = 'tidewatch.language';
const TAGS: Record<Language, string> = { zh: 'zh-CN', en: 'en' };

async function load(language: Language): Promise<Messages> {
  return language === 'zh' ? (await import('./zh.ts')).zh : (await import('./en.ts')).en;
}

function preferred(): Language {
  const stored = window.localStorage.getItem(STORED);
  if (stored === 'zh' || stored === 'en') return stored;
  return navigator.languages.some(tag => tag.toLowerCase().startsWith('zh')) ? 'zh' : 'en';
}

const current = signal<{ readonly language: Language; readonly messages: Messages } | null>(null);

/** The catalogue in force. Reading it in a component subscribes to language changes. */
export function words(): Messages {
  if (current.value === null) throw new Error('words() before startLanguage()');
  return current.value.messages;
}

export function language(): Language {
  return current.value?.language ?? 'en';
}

/** BCP 47 tag for Intl. */
export function locale(): string {
  return TAGS[language()];
}

/** Loads the user's language; the page is drawn after it. */
export async function startLanguage(): Promise<void> {
  const chosen = preferred();
  current.value = { language: chosen, messages: await load(chosen) };
  effect(() => {
    document.documentElement.lang = locale();
  });
}

export async function switchLanguage(to: Language): Promise<void> {
  current.value = { language: to, messages: await load(to) };
  window.localStorage.setItem(STORED, to);
}
