/** Shapes of /silences (contracts.md section 6). */

import { get, type Page, post, put, remove } from './client.ts';
import type { Matchers } from './rules.ts';

/** A daily span of local time; `days` 0 = Sunday, absent = every day. */
export interface SilenceCalendar {
  readonly zone?: string;
  readonly from: string;
  readonly to: string;
  readonly days?: readonly number[];
}

export interface SilenceDocument {
  readonly matchers: Matchers;
  /** Epoch ms or ISO 8601. */
  readonly starts_at?: number | string;
  readonly ends_at?: number | string;
  readonly calendar?: SilenceCalendar;
  readonly comment?: string;
  readonly created_by?: string;
  /** Makes it a maintenance window. */
  readonly purpose?: string;
}

export interface Silence extends SilenceDocument {
  readonly id: string;
  readonly version: string;
  readonly state: 'active' | 'pending' | 'expired';
  /** Comes from the configuration, where it is changed. */
  readonly managed: boolean;
}

export interface SilencePreview {
  /** What it matches now. */
  readonly alerts: readonly {
    readonly id: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly state: string;
  }[];
  /** Notifications of the last 7 days it would have hushed. */
  readonly notifications: number;
  /** Not all of the 7 days could be read. */
  readonly partial: boolean;
}

const one = (id: string): string => `/silences/${encodeURIComponent(id)}`;

export function getSilences(signal: AbortSignal): Promise<Page<Silence>> {
  return get('/silences', {}, signal);
}

export function getSilence(id: string, signal?: AbortSignal): Promise<Silence> {
  return get(one(id), {}, signal);
}

export function previewSilence(silence: SilenceDocument, signal: AbortSignal): Promise<SilencePreview> {
  return post('/silences/preview', silence, signal);
}

export function createSilence(silence: SilenceDocument): Promise<Silence> {
  return post('/silences', silence);
}

export function updateSilence(id: string, silence: SilenceDocument, version: string): Promise<Silence> {
  return put(one(id), silence, version);
}

/** Ends it now. */
export function endSilence(id: string): Promise<void> {
  return remove(one(id));
}
