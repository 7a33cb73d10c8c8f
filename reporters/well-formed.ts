/**
 * The same value with every half of a surrogate pair replaced by U+FFFD, in texts and names alike: a text cut badly long ago must
 * not make a channel refuse the message. For plain JSON; a value without such halves is returned as it is.
 */
export function wellFormed<T>(value: T): T {
  // JSON.stringify writes whole pairs as they are and halves as escapes; an escaped backslash is not the beginning of one.
  const json = JSON.stringify(value);
  const mended = json.replace(/\\\\|\\ud[89a-f][0-9a-f]{2}/g, found => (found === '\\\\' ? found : '\ufffd'));
  return mended === json ? value : (JSON.parse(mended) as T);
}
