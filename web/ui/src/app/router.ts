/**
 * The address is the state: path and query parameters as signals over the History API. Screens read parameters with
 * `param` and write them with `setParams`; anything that is not in the address is gone on reload.
 */
import { computed, signal } from '@preact/signals';

const address = signal(new URL(window.location.href));

/** Current path without a trailing slash, never empty. */
export const path = computed(() => address.value.pathname.replace(/\/+$/, '') || '/');
/** Current query parameters; treat as read-only. */
export const query = computed(() => address.value.searchParams);

/** Parameters every link keeps: the global time range. */
const STICKY = ['range', 'from', 'to'] as const;

/** Value of one parameter, `''` when absent. Reading it in a component subscribes to it. */
export function param(name: string): string {
  return query.value.get(name) ?? '';
}

/** Address of a screen that keeps the time range; parameters with empty values are left out. */
export function link(to: string, params: Readonly<Record<string, string | number | undefined>> = {}): string {
  const search = new URLSearchParams();
  for (const name of STICKY) {
    const value = query.value.get(name);
    if (value) search.set(name, value);
  }
  for (const [name, value] of Object.entries(params)) {
    if (value === undefined || value === '') search.delete(name);
    else search.set(name, String(value));
  }
  const text = search.toString();
  return text ? `${to}?${text}` : to;
}

/** Goes to an address of this site; `replace` leaves no history entry. */
export function navigate(to: string, options: { replace?: boolean } = {}): void {
  const url = new URL(to, window.location.href);
  if (url.href === address.value.href) return;
  const samePath = url.pathname === address.value.pathname;
  window.history[options.replace ? 'replaceState' : 'pushState'](null, '', url);
  address.value = url;
  if (!samePath) window.scrollTo(0, 0);
}

/** Changes parameters of the current address, keeping the others; empty values remove them. Replaces unless told. */
export function setParams(
  changes: Readonly<Record<string, string | number | undefined>>,
  options: { push?: boolean } = {},
): void {
  const url = new URL(address.value);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === '') url.searchParams.delete(name);
    else url.searchParams.set(name, String(value));
  }
  navigate(url.href, { replace: options.push !== true });
}

/** Listens for the back button and for plain clicks on links of this site. Call once. */
export function startRouter(): void {
  window.addEventListener('popstate', () => {
    address.value = new URL(window.location.href);
  });
  document.addEventListener('click', event => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const anchor = event.target instanceof Element ? event.target.closest('a') : null;
    const href = anchor?.getAttribute('href');
    if (!href || anchor?.hasAttribute('download') || anchor?.getAttribute('target')) return;
    const url = new URL(href, window.location.href);
    if (url.origin !== window.location.origin || url.pathname.startsWith('/api/')) return;
    event.preventDefault();
    navigate(url.href);
  });
}
