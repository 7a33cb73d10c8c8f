/** The script of the SQL check: kept in the address while it is short, and in the tab's storage always. */
import { signal } from '@preact/signals';
import { param, setParams } from '../../app/router.ts';

const STORED = 'tidewatch.sql';
/** Longest script in the address, UTF-16 units: servers and proxies refuse request lines beyond 8 kB. */
export const LONGEST_IN_ADDRESS = 2_000;

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
  setParams({
    sql:
      encodeURIComponent(text).length <= LONGEST_IN_ADDRESS * 3 && text.length <= LONGEST_IN_ADDRESS ? text : undefined,
  });
}
