/** Light or dark: the user's choice, else the system's. The choice lives in this browser; the resolved theme is on <html>. */
import { computed, effect, signal } from '@preact/signals';

type ThemeChoice = 'auto' | 'light' | 'dark';
const STORED = 'tidewatch.theme';

const system = window.matchMedia('(prefers-color-scheme: dark)');
const systemDark = signal(system.matches);

function stored(): ThemeChoice {
  const value = window.localStorage.getItem(STORED);
  return value === 'light' || value === 'dark' ? value : 'auto';
}

const themeChoice = signal<ThemeChoice>(stored());
/** The theme in force; charts redraw when it changes. */
export const theme = computed<'light' | 'dark'>(() => {
  if (themeChoice.value !== 'auto') return themeChoice.value;
  return systemDark.value ? 'dark' : 'light';
});

export function startTheme(): void {
  system.addEventListener('change', event => {
    systemDark.value = event.matches;
  });
  effect(() => {
    document.documentElement.dataset['theme'] = theme.value;
    if (themeChoice.value === 'auto') window.localStorage.removeItem(STORED);
    else window.localStorage.setItem(STORED, themeChoice.value);
  });
}

/** The other theme than the one in force; back to following the system when that is the same. */
export function toggleTheme(): void {
  const wanted = theme.value === 'dark' ? 'light' : 'dark';
  themeChoice.value = (wanted === 'dark') === systemDark.value ? 'auto' : wanted;
}

/** Resolved value of a token such as `--accent`, for canvas drawing. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
