/** What fragments may say differently of one node. */
export interface Said {
  readonly namespace: string;
  readonly connector?: string | null | undefined;
  readonly owner?: string | undefined;
  readonly parent?: string | undefined;
}

/** What counts of all that is said, and all of it. Of several texts the smallest counts, so that the order in which they came does not. */
export type Heard = { -readonly [K in keyof Said]: Said[K] } & { readonly said: Said[] };

const FIELDS = ['namespace', 'connector', 'owner', 'parent'] as const;

export function hear(heard: Heard, said: Said): void {
  heard.said.push(said);
  prefer(heard, said);
}

/** Takes back what one fragment said. */
export function unhear(heard: Heard, said: Said): void {
  const at = heard.said.indexOf(said);
  if (at < 0) return;
  heard.said.splice(at, 1);
  heard.namespace = '';
  heard.connector = null;
  heard.owner = undefined;
  heard.parent = undefined;
  for (const each of heard.said) prefer(heard, each);
}

function prefer(heard: Heard, said: Said): void {
  for (const field of FIELDS) {
    const [best, value] = [heard[field], said[field]];
    if (value && (!best || value < best)) heard[field] = value;
  }
}
