/** What each kind of generated rule can be told, with what holds when it is not (docs/RULES.md); a test compares it with the daemon's schema. */
import type { GeneratedKind, GeneratedSettings, KindSettings, KindsSettings } from '../../api/generated.ts';
import { GENERATED_KINDS } from '../../api/generated.ts';

export interface GeneratedField {
  readonly name: 'above' | 'for' | 'at_least' | 'within' | 'level' | 'receivers' | 'repeat_interval';
  readonly kind: 'number' | 'duration' | 'level' | 'names';
  readonly byDefault: string;
}

const COMMON: readonly GeneratedField[] = [
  { name: 'level', kind: 'level', byDefault: '' },
  { name: 'repeat_interval', kind: 'duration', byDefault: '4h' },
  { name: 'receivers', kind: 'names', byDefault: '' },
];

export const GENERATED_FIELDS: Readonly<Record<GeneratedKind, readonly GeneratedField[]>> = {
  lag: [
    { name: 'above', kind: 'number', byDefault: '100000' },
    { name: 'for', kind: 'duration', byDefault: '10m' },
    ...COMMON,
  ],
  restarts: [
    { name: 'at_least', kind: 'number', byDefault: '3' },
    { name: 'within', kind: 'duration', byDefault: '10m' },
    ...COMMON,
  ],
  checkpoint_age: [{ name: 'above', kind: 'duration', byDefault: '30m' }, ...COMMON],
  no_data: [{ name: 'for', kind: 'duration', byDefault: '5m' }, ...COMMON],
  freshness: [{ name: 'for', kind: 'duration', byDefault: '5m' }, ...COMMON],
};

/** Kinds a single job can differ in: reports belong to no job. */
export const JOB_KINDS: readonly GeneratedKind[] = GENERATED_KINDS.filter(kind => kind !== 'freshness');

/** What is sent of a form: fields left empty and entries without a job are left out; a kind that is on without a word keeps its `{}`. */
export function finishedSettings(settings: GeneratedSettings): GeneratedSettings {
  const { enabled, exclude, jobs } = settings;
  const excluded = Object.fromEntries(Object.entries(exclude ?? {}).filter(([, names]) => (names?.length ?? 0) > 0));
  const entries = (jobs ?? []).filter(({ match }) => match.length > 0);
  return {
    ...(enabled === undefined ? {} : { enabled }),
    ...(Object.keys(excluded).length > 0 ? { exclude: excluded } : {}),
    ...kindsOf(settings),
    ...(entries.length > 0 ? { jobs: entries.map(entry => ({ match: entry.match, ...kindsOf(entry) })) } : {}),
  };
}

/** A kind in one line: `off`, or every field with what holds. */
export function describeKind(
  settings: KindSettings | undefined,
  kind: GeneratedKind,
  labels: Readonly<Record<GeneratedField['name'], string>>,
  off: string,
): string {
  if (settings === false) return off;
  return GENERATED_FIELDS[kind]
    .flatMap(({ name, byDefault }) => {
      const value = settings?.[name] ?? byDefault;
      const text = Array.isArray(value) ? value.join(', ') : String(value);
      return text === '' ? [] : [`${labels[name]} ${text}`];
    })
    .join(' · ');
}

function kindsOf(settings: KindsSettings): KindsSettings {
  return Object.fromEntries(
    GENERATED_KINDS.flatMap(kind => {
      const value = settings[kind];
      if (value === undefined) return [];
      return [[kind, value === false ? false : withoutEmpty(value)] as const];
    }),
  );
}

function withoutEmpty(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== ''));
}
