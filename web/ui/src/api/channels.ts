/** Shapes of /channels, /receivers and /rotas (contracts.md section 6). */

import { get, type Page, post } from './client.ts';
import type { Stored } from './documents.ts';

/** A channel; its other fields differ by type. Secrets read `<secret>`. */
export interface Channel extends Stored {
  readonly name: string;
  readonly type: string;
  readonly fallback?: string;
  /** Why it cannot be used. */
  readonly error?: string;
}

/** What the channel answered to a test message. HTTP 200 of the daemon says nothing: `kind` does. */
export interface TestResult {
  readonly kind: 'sent' | 'retryable' | 'permanent';
  readonly class?: string;
  readonly error?: string;
  /** What to do about it. */
  readonly remedy?: string;
  readonly recipients?: readonly { readonly address: string; readonly status: string }[];
}

export interface ReceiverDocument {
  readonly name: string;
  /** Names of channels, receivers or rotas. */
  readonly channels: readonly string[];
  readonly comment?: string;
}
export type Receiver = ReceiverDocument & Stored;

/** Members take turns of `weeks` weeks from the first handover after `start` on. */
export interface RotaLayer {
  readonly name?: string;
  readonly members: readonly string[];
  /** Local date. */
  readonly start: string;
  /** `day` 0 = Sunday. */
  readonly handover?: { readonly day?: number; readonly time?: string };
  readonly weeks?: number;
  /** On duty only then. */
  readonly hours?: { readonly from: string; readonly to: string; readonly days?: readonly number[] };
}

export interface RotaOverride {
  /** Epoch ms or ISO 8601. */
  readonly from: number | string;
  readonly to: number | string;
  readonly members: readonly string[];
  readonly comment?: string;
}

export interface RotaDocument {
  readonly name: string;
  readonly zone?: string;
  /** A later layer speaks over an earlier one while it is on duty. */
  readonly layers: readonly RotaLayer[];
  readonly overrides?: readonly RotaOverride[];
  readonly comment?: string;
}
export type Rota = RotaDocument & Stored;

/** Who is on call, change by change; `members` is empty while nobody is. */
export interface OnCallSchedule {
  readonly from: number;
  readonly to: number;
  readonly spans: readonly {
    readonly from: number;
    readonly to: number;
    readonly members: readonly string[];
    readonly by: string;
  }[];
}

export function getChannels(signal: AbortSignal): Promise<Page<Channel>> {
  return get('/channels', {}, signal);
}

/** Sends a message that says it is a test and waits for the channel's answer. */
export function testChannel(id: string): Promise<TestResult> {
  return post(`/channels/${encodeURIComponent(id)}/test`, {});
}

export function getReceivers(signal: AbortSignal): Promise<Page<Receiver>> {
  return get('/receivers', {}, signal);
}

export function getRotas(signal: AbortSignal): Promise<Page<Rota>> {
  return get('/rotas', {}, signal);
}

/** Who is on call now. */
export function getOnCall(rota: string): Promise<{ readonly members: readonly string[] }> {
  return get(`/rotas/${encodeURIComponent(rota)}/on-call`);
}

/** The next two weeks of a rota. */
export function getSchedule(rota: string, signal: AbortSignal): Promise<OnCallSchedule> {
  return get(`/rotas/${encodeURIComponent(rota)}/schedule`, {}, signal);
}

/** The same for a rota that is not saved. */
export function previewRota(rota: RotaDocument, signal: AbortSignal): Promise<OnCallSchedule> {
  return post('/rotas/preview', { rota }, signal);
}
