/**
 * The same value with every half of a surrogate pair replaced by U+FFFD, in texts and names alike: JSON can say one, but no
 * address, no UTF-8 and no receiver takes it. For plain JSON; a value without such halves is returned as it is.
 */
export function wellFormed<T>(value: T): T {
  // JSON.stringify writes whole pairs as they are and halves as escapes; an escaped backslash is not the beginning of one.
  const json = JSON.stringify(value);
  const mended = json.replace(/\\\\|\\ud[89a-f][0-9a-f]{2}/g, found => (found === '\\\\' ? found : '\ufffd'));
  return mended === json ? value : (JSON.parse(mended) as T);
}
