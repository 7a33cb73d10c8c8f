/** Documents as forms hold them: fields by their path, what of a half-typed form is sent, and where two texts differ. */

/** What the daemon adds to a document when it shows it. */
const ADDED = new Set(['id', 'version', 'managed', 'error']);

/** The document of a view. */
export function documentOf<T extends object>(view: T): Omit<T, 'id' | 'version' | 'managed' | 'error'> {
  return Object.fromEntries(Object.entries(view).filter(([name]) => !ADDED.has(name))) as T;
}

/** The value at a path such as `at.mobiles` or `layers.0.start`; undefined where there is none. */
export function fieldAt(document: object, path: string): unknown {
  let value: unknown = document;
  for (const name of path.split('.'))
    value = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  return value;
}

/** The document with another value at a path; undefined removes the field. */
export function withField<T extends object>(document: T, path: string, value: unknown): T {
  const [name = '', ...rest] = path.split('.');
  const { [name]: old, ...others } = document as Record<string, unknown>;
  const next = rest.length === 0 ? value : withField(isObject(old) ? old : {}, rest.join('.'), value);
  return (next === undefined ? others : { ...document, [name]: next }) as T;
}

/** What is sent of a form: fields left empty are left out. Matchers keep theirs, an empty value means any there. */
export function cleaned<T extends object>(document: T): T {
  const kept = Object.entries(document).flatMap(([name, value]): [string, unknown][] => {
    if (name.endsWith('matchers')) return [[name, value]];
    const clean = cleanValue(value);
    return clean === undefined ? [] : [[name, clean]];
  });
  return Object.fromEntries(kept) as T;
}

/** Names of the fields in which two documents differ. */
export function changedFields(a: object, b: object): readonly string[] {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].filter(name => JSON.stringify(fieldAt(a, name)) !== JSON.stringify(fieldAt(b, name)));
}

/** What is typed into a number's field: a number, nothing, or the text as it is, so that the daemon says at the field what it wants. */
export function numberOrText(text: string): number | string | undefined {
  if (text === '') return undefined;
  return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text;
}

function cleanValue(value: unknown): unknown {
  if (value === '') return undefined;
  if (Array.isArray(value))
    return value.map(item => (isObject(item) ? cleaned(item) : item)).filter(item => item !== '');
  if (!isObject(value)) return value;
  const object = cleaned(value);
  return Object.keys(object).length === 0 ? undefined : object;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
