/** Shapes of /channels, /receivers and /rotas (contracts.md section 6). */

import { get, type Page, post } from './client.ts';

/** A channel; its other fields differ by type. */
export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly fallback?: string;
  /** Comes from the configuration. */
  readonly managed: boolean;
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

export interface Receiver {
  readonly id: string;
  readonly name: string;
  readonly channels: readonly string[];
}

export interface Rota {
  readonly id: string;
  readonly name: string;
  readonly zone?: string;
  readonly comment?: string;
}

/** Who is on call at an instant; `from` and `to` bound the turn, null where it has none. */
export interface OnCall {
  readonly at: number;
  readonly members: readonly string[];
  readonly by: string;
  readonly from: number | null;
  readonly to: number | null;
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

export function getOnCall(rota: string, at: number | undefined, signal: AbortSignal): Promise<OnCall> {
  return get(`/rotas/${encodeURIComponent(rota)}/on-call`, { at }, signal);
}
