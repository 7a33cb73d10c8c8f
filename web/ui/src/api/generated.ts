/** Shape of /rules/generated: how strict generated rules are, for all jobs and for some (docs/RULES.md). */

import { get, put } from './client.ts';

export const GENERATED_KINDS = ['lag', 'restarts', 'checkpoint_age', 'no_data', 'freshness'] as const;
export type GeneratedKind = (typeof GENERATED_KINDS)[number];

/** What one kind of rule is told; fields differ by kind. false switches it off, absent leaves it as it is otherwise. */
export type KindSettings = false | Readonly<Record<string, unknown>>;
export type KindsSettings = { readonly [Kind in GeneratedKind]?: KindSettings };

export interface GeneratedSettings extends KindsSettings {
  readonly enabled?: boolean;
  readonly exclude?: { readonly jobs?: readonly string[]; readonly owners?: readonly string[] };
  readonly jobs?: readonly (KindsSettings & { readonly match: readonly string[] })[];
}

export interface GeneratedView {
  readonly version: string;
  /** What was set over the API. */
  readonly settings: GeneratedSettings;
  /** With what the configuration says beneath. */
  readonly effective: GeneratedSettings;
}

export function getGenerated(signal?: AbortSignal): Promise<GeneratedView> {
  return get('/rules/generated', {}, signal);
}

/** Refused with 412 where somebody else saved over `version`. */
export function setGenerated(settings: GeneratedSettings, version: string): Promise<GeneratedView> {
  return put('/rules/generated', settings, version);
}
