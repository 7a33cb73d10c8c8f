/**
 * Masks secrets before anything is stored or dead-lettered: values of password, secret, token and key settings, credentials in
 * URLs (JDBC too), authorization headers, access keys of the large clouds, private keys. On by default.
 */
import type { Json } from '../model/json.ts';

export const MASK = '<redacted>';

/** Names of settings whose value is a secret; a name may go on before them (`ssl.keystore.password`). */
const SECRET_NAME =
  'passw(?:or)?d|passphrase|pwd|secret|token|credentials?|(?:access|secret|api|private|account|sas)[-_. ]?key(?:[-_. ]?(?:id|secret))?';
const SUSPECT = /passw|passphrase|pwd|secret|token|credential|key|authorization|:\/\/[^\s/@]*:[^\s/@]*@|AKIA|LTAI/i;
const SECRET_SETTING = new RegExp(
  `(?:^|[-_.\\s])(?:${SECRET_NAME})$|^(?:\\w*(?:Passw(?:or)?d|Secret|Token|AccessKey|SecretKey|ApiKey))$`,
  'i',
);

/** What configuration dumps print for a setting that is not set or already masked. */
const NOT_SECRET = '(?:null|none|true|false|\\[hidden\\]|\\*+)(?![^\\s,;])';

const PATTERNS: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  // name = "value", 'name'='value', "name":"value", also with escaped quotes
  [
    new RegExp(`((?:${SECRET_NAME})\\\\?["'\`]?\\s*(?:=>|[:=])\\s*)(\\\\?["'])((?:(?!\\2)[^\\n]){1,4096}?)\\2`, 'gi'),
    `$1$2${MASK}$2`,
  ],
  // name=value, name: value, --name value is left alone: too many false hits
  [
    new RegExp(
      `((?:${SECRET_NAME})\\s*[:=]\\s*)(?!\\\\?["']|${MASK}|${NOT_SECRET})[^\\s,;&"'<>(){}\\[\\]\\\\]{1,4096}`,
      'gi',
    ),
    `$1${MASK}`,
  ],
  [/(authorization["']?\s*[:=]\s*["']?(?:bearer|basic|digest|token)\s+)[\w.~+/=-]+/gi, `$1${MASK}`],
  [/(:\/\/[^\s:/@?"']{0,256}:)[^\s/@"']{1,256}(@)/g, `$1${MASK}$2`],
  [/\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g, MASK],
  [/\bLTAI[0-9A-Za-z]{12,30}\b/g, MASK],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, MASK],
];

export interface Redactor {
  /** Cheap test: false means `text` would change nothing. */
  suspects(text: string): boolean;
  /** The text with secrets masked; the very same string when there are none. */
  text(text: string): string;
  /** True when a setting of this name holds a secret, whatever the value looks like. */
  isSecretName(name: string): boolean;
}

/** Builds the redactor; `patterns` are further regular expressions whose whole match is masked. Throws SyntaxError for a bad one. */
export function createRedactor(options: { enabled?: boolean; patterns?: readonly string[] } = {}): Redactor {
  if (options.enabled === false) return { suspects: () => false, text: text => text, isSecretName: () => false };
  const own = (options.patterns ?? []).map(pattern => new RegExp(pattern, 'gu'));
  return {
    suspects: text => own.length > 0 || SUSPECT.test(text),
    text(text) {
      let masked = text;
      if (SUSPECT.test(text))
        for (const [pattern, replacement] of PATTERNS) masked = masked.replace(pattern, replacement);
      for (const pattern of own) masked = masked.replace(pattern, MASK);
      return masked;
    },
    isSecretName: name => SECRET_SETTING.test(name),
  };
}

/** Masks secrets anywhere in a JSON value: by the name of a key, and inside texts. Unchanged parts are shared with the input. */
export function redactJson<T extends Json | undefined>(value: T, redactor: Redactor): T {
  if (typeof value === 'string') return (redactor.suspects(value) ? redactor.text(value) : value) as T;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item: Json) => redactJson(item, redactor)) as Json as T;
  const masked: Record<string, Json | undefined> = {};
  for (const [key, item] of Object.entries(value as { readonly [key: string]: Json | undefined })) {
    const isSecret = (typeof item === 'string' || typeof item === 'number') && redactor.isSecretName(key);
    masked[key] = isSecret ? MASK : redactJson(item, redactor);
  }
  return masked as T;
}
