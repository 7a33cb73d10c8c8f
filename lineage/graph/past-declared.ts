/** Which reports, supervisors and flows were others at a time, and of which nobody knows. */
import {
  type DeclaredVersion,
  type DeclaredVersionsDoc,
  declarationOf,
  type VersionedDeclaration,
} from './declared-versions.ts';
import type { Fragment } from './fragment.ts';

/** From when until when something was as it is shown, epoch ms; `to` null: it is so now. */
export interface Validity {
  readonly from: number;
  readonly to: number | null;
}

export interface DeclaredParts {
  readonly declared: Iterable<DeclaredVersionsDoc>;
  /** The fragment of this key as the graph has it now. */
  fragmentNow(key: string): Fragment | null;
  fragmentOf(event: VersionedDeclaration): Fragment | null;
}

export class PastDeclared {
  /** Fragment key -> what it was then; null: it was not declared yet. Those that were what they are now are not here. */
  readonly other = new Map<string, Fragment | null>();
  /** Node id -> how long it was as it is shown. */
  readonly validity = new Map<string, Validity>();
  /** Nodes of which nobody knows what they were: they are shown as they are now. */
  readonly assumed = new Set<string>();

  constructor(parts: DeclaredParts, at: number) {
    for (const doc of parts.declared) this.#place(doc, parts, at);
  }

  #place({ key, isWhole, versions }: DeclaredVersionsDoc, parts: DeclaredParts, at: number): void {
    const i = versions.findLastIndex(({ from }) => from <= at);
    if (i < 0 && isWhole) {
      this.other.set(key, null);
      return;
    }
    const now = parts.fragmentNow(key);
    const version = i < 0 ? null : versions[i]!;
    const isNow = i === versions.length - 1;
    const then = isNow ? now : version === null ? null : fragmentThen(version, parts);
    if (then === null) {
      for (const { id } of now?.nodes ?? []) this.assumed.add(id);
      return;
    }
    if (!isNow) this.other.set(key, then);
    const to = versions[i + 1]?.from ?? null;
    for (const { id } of then.nodes) this.validity.set(id, { from: version!.from, to });
  }
}

function fragmentThen(version: DeclaredVersion, parts: DeclaredParts): Fragment | null {
  const event = declarationOf(version);
  return event === null ? null : parts.fragmentOf(event);
}
