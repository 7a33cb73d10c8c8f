/** What reports, Druid supervisors and NiFi flows were declared as before, so that the estate can be shown as of a time. */
import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { DruidSupervisorDeclared, NifiFlowDeclared, ReportDeclared } from '../../model/job-event.ts';

export type VersionedDeclaration = ReportDeclared | DruidSupervisorDeclared | NifiFlowDeclared;

/** In force from `from` (epoch ms) until the next one's. */
export interface DeclaredVersion {
  readonly from: number;
  readonly hash: string;
  /** The declaration, deflated, in base64; null: too large, it is not kept. */
  readonly body: string | null;
}

/** Body of a `declared_version` document; oldest first. */
export interface DeclaredVersionsDoc {
  /** Key of its fragment in the graph. */
  readonly key: string;
  /** False where earlier versions are not kept or were never seen: what was before the first one is not known. */
  readonly isWhole: boolean;
  readonly versions: readonly DeclaredVersion[];
}

const MAX_VERSIONS = 50;
/** Characters kept of one declaration's versions, the newest first. */
const MAX_BODIES = 512 * 1024;
/** Characters beyond which a declaration is not even deflated. */
const MAX_BODY = 4 * 1024 * 1024;

export class DeclaredVersions {
  readonly #known = new Map<string, DeclaredVersionsDoc>();

  get all(): Iterable<DeclaredVersionsDoc> {
    return this.#known.values();
  }

  restore(doc: DeclaredVersionsDoc): void {
    this.#known.set(doc.key, doc);
  }

  /**
   * Takes a declaration that is newer than those before; answers the document when it says something new. `isFirst`: nobody declared it
   * before, which is not known of what was stored before there were versions.
   */
  note(key: string, event: VersionedDeclaration, isFirst: boolean): DeclaredVersionsDoc | null {
    const text = JSON.stringify({ ...event, ts: 0 });
    const hash = createHash('sha1').update(text).digest('base64');
    const before = this.#known.get(key);
    if (before?.versions.at(-1)?.hash === hash) return null;
    const body = text.length > MAX_BODY ? null : deflateRawSync(text).toString('base64');
    const versions = [...(before?.versions ?? []), { from: event.ts, hash, body }];
    const doc = {
      key,
      isWhole: (before?.isWhole ?? isFirst) && versions.length <= MAX_VERSIONS,
      versions: bounded(versions),
    };
    this.#known.set(key, doc);
    return doc;
  }
}

function bounded(versions: readonly DeclaredVersion[]): readonly DeclaredVersion[] {
  let size = 0;
  return versions
    .slice(-MAX_VERSIONS)
    .toReversed()
    .map(version => {
      size += version.body?.length ?? 0;
      return size <= MAX_BODIES ? version : { ...version, body: null };
    })
    .reverse();
}

/** The declaration a version was; null when it was not kept. */
export function declarationOf({ from, body }: DeclaredVersion): VersionedDeclaration | null {
  if (body === null) return null;
  const event: VersionedDeclaration = JSON.parse(inflateRawSync(Buffer.from(body, 'base64')).toString('utf8'));
  return { ...event, ts: from };
}
