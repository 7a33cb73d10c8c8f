import type { Json } from '../../../model/json.ts';

export type JsonObject = { readonly [key: string]: Json | undefined };

/** A JSON object; null for anything else. */
export function objectOf(value: Json | undefined): JsonObject | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
}
