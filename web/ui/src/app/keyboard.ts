/** Keys for the whole site: `/` searches, `g` and a letter changes the screen, `?` helps, Escape closes. */
import { signal } from '@preact/signals';
import { link, navigate } from './router.ts';
import { NAV } from './screens.ts';

/** The help dialog is open. */
export const helpOpen = signal(false);

/** The second key of a `g` pair counts this long. */
const PAIR_MS = 1_200;

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.matches('input, textarea, select') || target.isContentEditable);
}

function focusSearch(): void {
  const fields = document.querySelectorAll<HTMLInputElement>('main [data-search], [data-search]');
  const visible = [...fields].find(field => field.offsetParent !== null);
  if (visible) {
    visible.focus();
    visible.select();
  } else navigate(link('/logs'));
}

/** Call once. */
export function startKeyboard(): void {
  let goPressedAt = -Infinity;
  document.addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape' && isTyping(event.target) && event.target instanceof HTMLElement) event.target.blur();
    if (isTyping(event.target) || document.querySelector('dialog[open]')) return;
    if (event.timeStamp - goPressedAt < PAIR_MS) {
      goPressedAt = -Infinity;
      const item = NAV.find(entry => entry.key === event.key);
      if (!item) return;
      event.preventDefault();
      navigate(link(item.path));
    } else if (event.key === 'g') goPressedAt = event.timeStamp;
    else if (event.key === '/') {
      event.preventDefault();
      focusSearch();
    } else if (event.key === '?') {
      event.preventDefault();
      helpOpen.value = true;
    }
  });
}
