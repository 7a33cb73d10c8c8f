import type { AuditEntry } from '../../api/audit.ts';

/** What one person did to one object at once: one entry for each field, a single one with no field where the whole object came or went. */
export interface Change {
  readonly at: number;
  readonly who: string;
  readonly kind: string;
  readonly id: string | null;
  readonly name: string | null;
  /** Kind and id, for what has one. */
  readonly address: string;
  readonly what: 'made' | 'gone' | 'changed';
  /** Nothing newer is known of it than that it was deleted. */
  readonly isGone: boolean;
  readonly entries: readonly AuditEntry[];
}

/** Changes out of entries, newest first as these are. */
export function changesOf(entries: readonly AuditEntry[]): readonly Change[] {
  const groups: AuditEntry[][] = [];
  for (const entry of entries) {
    const group = groups.at(-1);
    if (group?.every(each => belongTogether(each, entry))) group.push(entry);
    else groups.push([entry]);
  }
  const newest = new Map<string, Change['what']>();
  return groups.flatMap(group => {
    const [first] = group;
    if (!first) return [];
    const [kind = '', rest = ''] = first.object.split(/[/ ]([\s\S]*)/);
    const id = first.id ?? (NAMED.has(kind) || rest === '' ? null : rest);
    const address = id === null ? first.object : `${kind}/${id}`;
    const what = whatOf(group);
    if (!newest.has(address)) newest.set(address, what);
    const name = first.name ?? (NAMED.has(kind) ? rest : writtenName(first));
    const isGone = newest.get(address) === 'gone';
    return [{ at: first.at, who: first.who, kind, id, name, address, what, isGone, entries: group }];
  });
}

/** The name in a document that came or went; null where it has none. */
function writtenName({ before, after }: AuditEntry): string | null {
  const whole = after ?? before;
  if (typeof whole !== 'object' || whole === null || !('name' in whole)) return null;
  return typeof whole.name === 'string' ? whole.name : null;
}

/** Whose `object` holds a name. */
const NAMED: ReadonlySet<string> = new Set(['rule', 'channel', 'alert']);

function belongTogether(a: AuditEntry, b: AuditEntry): boolean {
  const isPart = a.field !== '' && b.field !== '' && a.field !== b.field;
  return isPart && a.at === b.at && a.who === b.who && a.object === b.object;
}

/** A channel comes and goes field by field: its name with it. */
function whatOf(group: readonly AuditEntry[]): Change['what'] {
  const whole = group.find(({ field, object }) => field === '' || (field === 'name' && object.startsWith('channel ')));
  if (whole?.before === null) return 'made';
  return whole?.after === null ? 'gone' : 'changed';
}

const PATHS: Readonly<Record<string, string>> = {
  rule: '/rules',
  channel: '/channels',
  receiver: '/receivers',
  route: '/routes',
  inhibition: '/inhibitions',
  silence: '/silences',
  rota: '/on-call',
  alert: '/alerts',
};
/** There is one of them. */
const SINGLE: Readonly<Record<string, string>> = { 'generated-rules': '/rules/generated' };

/** Where the object is to be seen; null for what is gone or has no page. */
export function pathOf({ kind, id, isGone }: Pick<Change, 'kind' | 'id' | 'isGone'>): string | null {
  const path = PATHS[kind];
  if (SINGLE[kind]) return SINGLE[kind];
  return path === undefined || id === null || isGone ? null : `${path}/${encodeURIComponent(id)}`;
}
