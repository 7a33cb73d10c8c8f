/** Shape of /inhibitions: which alerts are not told while another speaks (contracts.md section 6). */

import { get, type Page } from './client.ts';
import type { Stored } from './documents.ts';
import type { Matchers } from './rules.ts';

export interface InhibitionDocument {
  readonly name?: string;
  readonly source_matchers?: Matchers;
  readonly target_matchers?: Matchers;
  /** Labels in which both must agree. */
  readonly equal?: readonly string[];
  /** By lineage: what lies upstream speaks for what lies downstream; matchers narrow it down. */
  readonly upstream?: boolean;
  readonly comment?: string;
}
export type Inhibition = InhibitionDocument & Stored;

export function getInhibitions(signal: AbortSignal): Promise<Page<Inhibition>> {
  return get('/inhibitions', {}, signal);
}
