/** Channels as people manage them: documents in the state store or from the configuration, each with a live notifier. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../model/clock.ts';
import { UserError } from '../../model/errors.ts';
import type { StateStore } from '../../store/state-store.ts';
import type { ActiveChannel, Reach, ReporterRegistry } from './channel.ts';
import { type ChannelDocument, hideSecrets, parseChannel, restoreSecrets } from './channel-document.ts';
import type { SendResult } from './notifier.ts';
import { testMessage } from './test-message.ts';

/** Longest wait for a test message's answer. */
const TEST_TIMEOUT_MS = 10_000;

/** Answers after which a notifier sends something else: the first of them says nothing about the channel. */
const ADAPTS = new Set(['timestamp', 'entities', 'migrated', 'too-large']);

/** A channel as it is shown: its document with secrets hidden. */
export type ChannelView = ChannelDocument & { readonly id: string; readonly version: string };

interface Held {
  readonly id: string;
  readonly version: string;
  readonly managed: boolean;
  readonly document: ChannelDocument;
  /** Null when the document cannot be used any more; `error` says why. */
  readonly active: ActiveChannel | null;
  readonly error?: string;
}

export interface ChannelServiceOptions {
  readonly state: StateStore;
  readonly registry: ReporterRegistry;
  readonly clock: Clock;
  /** Where channels may connect to: those of the configuration (`managed`), and those made over the API. */
  readonly reach: (managed: boolean) => Reach;
  /** `http.public_url`, for the link in a test message. */
  readonly publicUrl: string;
}

/** Creates, changes and removes channels and keeps their notifiers. Call `load` before anything is sent. */
export class ChannelService {
  readonly #options: ChannelServiceOptions;
  #held = new Map<string, Held>();

  constructor(options: ChannelServiceOptions) {
    this.#options = options;
  }

  /**
   * Reads stored channels and takes the configuration's (`managed`), which win over stored ones of the same name. Builds everything
   * first and swaps then; unchanged channels keep their connections. Throws `UserError` for a bad managed document, leaving all
   * as it was.
   */
  async load(managed: readonly ChannelDocument[], signal?: AbortSignal): Promise<void> {
    const next = new Map<string, Held>();
    const names = new Set<string>();
    const add = (id: string, version: string, document: ChannelDocument, isManaged: boolean): void => {
      const name = String(document['name']);
      if (names.has(name)) {
        if (isManaged) throw new UserError('name-taken', `two channels are named "${name}"`);
        return;
      }
      names.add(name);
      const known = this.#held.get(id);
      const same = known && JSON.stringify(known.document) === JSON.stringify(document);
      next.set(id, same ? { ...known, version } : this.#open({ id, version, document, managed: isManaged }, isManaged));
    };
    for (const document of managed) add(`file:${String(document['name'])}`, 'file', document, true);
    for (const doc of await this.#options.state.list<ChannelDocument>('channel', signal))
      add(doc.id, doc.version, doc.body, false);

    const before = this.#held;
    this.#held = next;
    const kept = new Set([...next.values()].map(held => held.active));
    await Promise.all(
      [...before.values()].filter(held => !kept.has(held.active)).map(held => held.active?.notifier.close()),
    );
  }

  /** All channels by name, secrets hidden. */
  list(): readonly ChannelView[] {
    return [...this.#held.values()]
      .map(held => this.#view(held))
      .sort((a, b) => (String(a['name']) < String(b['name']) ? -1 : 1));
  }

  /** Throws `UserError` not-found. */
  get(id: string): ChannelView {
    return this.#view(this.#find(id));
  }

  /** Throws `UserError` bad-request with every issue, or name-taken. */
  async create(document: ChannelDocument, who: string, signal?: AbortSignal): Promise<ChannelView> {
    this.#checkName(document, null);
    const id = randomUUID();
    const held = this.#open({ id, version: '', document, managed: false }, true);
    const version = await this.#options.state.put('channel', id, document, null, signal);
    return this.#swap(null, { ...held, version }, who, signal);
  }

  /** Replaces a document; `<secret>` keeps the stored secret. Throws `UserError`, or `VersionConflictError`. */
  async update(
    id: string,
    document: ChannelDocument,
    expected: string | 'any',
    who: string,
    signal?: AbortSignal,
  ): Promise<ChannelView> {
    const before = this.#find(id, 'change');
    this.#checkName(document, id);
    const whole = restoreSecrets(document, before.document, this.#options.registry);
    const held = this.#open({ id, version: '', document: whole, managed: false }, true);
    const version = await this.#options.state.put('channel', id, whole, expected, signal);
    return this.#swap(before, { ...held, version }, who, signal);
  }

  /** Messages still open for it will be dead. Throws `UserError`, or `VersionConflictError`. */
  async delete(id: string, expected: string | 'any', who: string, signal?: AbortSignal): Promise<void> {
    const before = this.#find(id, 'change');
    await this.#options.state.delete('channel', id, expected, signal);
    this.#held.delete(id);
    await before.active?.notifier.close();
    await this.#audit(id, before.document, null, who, signal);
  }

  /** Sends a message that says it is a test, at once. The answer is the channel's own, with its remedy. */
  async test(id: string, signal?: AbortSignal): Promise<SendResult> {
    const { active, error } = this.#find(id);
    if (!active) return { kind: 'permanent', class: 'bad-config', error: error ?? 'the channel cannot be used' };
    const { clock, publicUrl } = this.#options;
    const timeout = new AbortController();
    const cancel = clock.after(TEST_TIMEOUT_MS, () => timeout.abort(new Error('no answer in time')));
    const signals = AbortSignal.any(signal ? [signal, timeout.signal] : [timeout.signal]);
    const message = testMessage(active.name, publicUrl, clock.now());
    const options = { idempotencyKey: `test-${randomUUID()}`, attempt: 1 };
    try {
      const first = await active.notifier.send(message, options, signals);
      if (first.kind !== 'retryable' || !ADAPTS.has(first.class)) return first;
      return await active.notifier.send(message, { ...options, attempt: 2, previousClass: first.class }, signals);
    } finally {
      cancel();
    }
  }

  /** The channel of this name, ready to send; null when there is none that can be used. */
  active(name: string): ActiveChannel | null {
    for (const { active } of this.#held.values()) if (active?.name === name) return active;
    return null;
  }

  /** Names of the channels that can be used. */
  names(): ReadonlySet<string> {
    return new Set([...this.#held.values()].flatMap(({ active }) => (active ? [active.name] : [])));
  }

  /** Releases every connection. Idempotent. */
  async close(): Promise<void> {
    await Promise.all([...this.#held.values()].map(({ active }) => active?.notifier.close()));
  }

  /** With `strict` a document that cannot be used is refused; else it is held with its error, so that it can be mended. */
  #open(stored: Omit<Held, 'active' | 'error'>, strict: boolean): Held {
    const { registry, clock, reach } = this.#options;
    const { document, managed } = stored;
    try {
      const { name, type, reporter, retry, throttleFloorMs, fallback, own } = parseChannel(document, registry);
      const notifier = reporter.open(own, { clock, reach: reach(managed) });
      const active = {
        name,
        type,
        notifier,
        retry,
        throttleFloorMs,
        fallback,
        budget: reporter.budget,
        acknowledges: reporter.acknowledges,
      };
      return { ...stored, active };
    } catch (error) {
      if (strict || !(error instanceof UserError)) throw error;
      return { ...stored, active: null, error: error.message };
    }
  }

  async #swap(before: Held | null, after: Held, who: string, signal?: AbortSignal): Promise<ChannelView> {
    this.#held.set(after.id, after);
    await before?.active?.notifier.close();
    await this.#audit(after.id, before?.document ?? null, after.document, who, signal);
    return this.#view(after);
  }

  #find(id: string, toDo?: 'change'): Held {
    const held = this.#held.get(id);
    if (!held) throw new UserError('not-found', `there is no channel ${id}`, { status: 404 });
    if (toDo && held.managed) {
      throw new UserError('managed-by-file', 'the channel comes from the configuration and is changed there', {
        status: 409,
      });
    }
    return held;
  }

  #checkName(document: ChannelDocument, id: string | null): void {
    const taken = [...this.#held.values()].some(held => held.id !== id && held.document['name'] === document['name']);
    if (taken)
      throw new UserError('name-taken', `a channel named "${String(document['name'])}" exists`, { status: 409 });
  }

  #view(held: Held): ChannelView {
    return {
      ...hideSecrets(held.document, this.#options.registry),
      id: held.id,
      version: held.version,
      managed: held.managed,
      ...(held.error === undefined ? {} : { error: held.error }),
    };
  }

  /** One entry per field that changed, secrets hidden on both sides. */
  async #audit(
    id: string,
    before: ChannelDocument | null,
    after: ChannelDocument | null,
    who: string,
    signal?: AbortSignal,
  ): Promise<void> {
    const { state, registry, clock } = this.#options;
    const from = before ? hideSecrets(before, registry) : {};
    const to = after ? hideSecrets(after, registry) : {};
    const at = clock.now();
    const name = String((after ?? before)?.['name']);
    for (const field of new Set([...Object.keys(from), ...Object.keys(to)])) {
      const secretChanged = before && after && JSON.stringify(before[field]) !== JSON.stringify(after[field]);
      if (JSON.stringify(from[field]) === JSON.stringify(to[field]) && !secretChanged) continue;
      const values = { before: from[field] ?? null, after: to[field] ?? null };
      await state.appendAudit({ at, who, object: `channel ${name}`, id, name, field, ...values }, at, signal);
    }
  }
}
