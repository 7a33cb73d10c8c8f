/** The script of the SQL check: kept in the address while it is short, and in the tab's storage always. */
import { signal } from '@preact/signals';
import { param, setParams } from '../../app/router.ts';

const STORED = 'tidewatch.sql';
/** Longest script in the address as it is encoded there: servers and proxies refuse request lines beyond 8 kB. */
const LONGEST_IN_ADDRESS = 4_000;

/** The text is short enough to be a part of the address. */
export function fitsAddress(text: string): boolean {
  return text.length <= LONGEST_IN_ADDRESS && new URLSearchParams({ text }).toString().length <= LONGEST_IN_ADDRESS;
}

function stored(): string {
  try {
    return window.sessionStorage.getItem(STORED) ?? '';
  } catch {
    // Storage can be forbidden; the address and the page itself still hold the text.
    return '';
  }
}

/** The text being edited. Lives outside the screen, so that leaving it loses nothing. */
export const sqlText = signal(stored());

/** Takes the text of the address, if it has one. Call when the screen opens. */
export function openSqlText(): void {
  const given = param('sql');
  if (given !== '') sqlText.value = given;
}

export function keepSqlText(text: string): void {
  sqlText.value = text;
  try {
    window.sessionStorage.setItem(STORED, text);
  } catch {
    // As above.
  }
  setParams({ sql: fitsAddress(text) ? text : undefined });
}
