/** Fully qualified names: `catalog.database.table`, a part in backticks when it holds a dot or a backtick. */
import { tokenizeStatement } from '../lexer.ts';

/** What unqualified names are completed with. */
export interface Session {
  readonly catalog: string;
  readonly database: string;
}

/** Flink's own defaults. */
export const DEFAULT_SESSION: Session = { catalog: 'default_catalog', database: 'default_database' };

/** Writes parts as one name; equal parts give equal text. */
export function formatName(parts: readonly string[]): string {
  let text = '';
  for (const part of parts) {
    const quote = part.includes('.') || part.includes('`');
    text += (text === '' ? '' : '.') + (quote ? `\`${part.replaceAll('`', '``')}\`` : part);
  }
  return text;
}

/** Reads what `formatName` writes; text that is no dotted name is one part as it is. */
export function parseName(text: string): readonly string[] {
  if (!text.includes('`') && !text.includes('-')) return text.split('.');
  const { tokens } = tokenizeStatement(text, 0);
  const parts: string[] = [];
  let part = '';
  for (const token of tokens) {
    if (token.word === '.' || token.type === 'end') {
      parts.push(part);
      part = '';
    } else {
      // Names such as `data-1` come in several tokens.
      part += token.text;
    }
  }
  return parts;
}

/** Completes one or two parts with the session; null when there are more than three. */
export function qualify(parts: readonly string[], session: Session): readonly string[] | null {
  if (parts.length === 1) return [session.catalog, session.database, parts[0]!];
  if (parts.length === 2) return [session.catalog, parts[0]!, parts[1]!];
  return parts.length === 3 ? parts : null;
}

/** Takes every dot as a separator, the way OStream writes tables: `` `dw.sdk_log` `` -> dw, sdk_log. */
export function splitParts(parts: readonly string[]): readonly string[] {
  return parts.some(part => part.includes('.')) ? parts.flatMap(part => part.split('.')) : parts;
}

/** The one text all spellings of a name share: its parts without quotes. */
export function dottedText(parts: readonly string[]): string {
  return parts.join('.');
}

/** `catalog.database`; a missing part is Flink's default. */
export function parseSession(text: string | undefined): Session {
  if (text === undefined || text === '') return DEFAULT_SESSION;
  const [first, ...rest] = parseName(text);
  if (rest.length === 0) return { catalog: DEFAULT_SESSION.catalog, database: first! };
  return { catalog: first!, database: rest.join('.') };
}
