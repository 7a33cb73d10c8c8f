import { appendFile, mkdir, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { SendResult } from '../../alerting/notify/notifier.ts';
import type { OpenLineageEvent } from '../../lineage/openlineage/events.ts';
import type { Clock } from '../../model/clock.ts';
import { classifyStatus, isAnswer, postJson } from '../../reporters/http.ts';
import { EVERYWHERE } from '../../reporters/reach.ts';

/** Where OpenLineage events go. */
export interface EventTarget {
  /** In logs and metrics; holds no secret. */
  readonly name: string;
  /** Tells it one event. Never throws for an answer of the other side: it classifies it. */
  send(event: OpenLineageEvent, signal: AbortSignal): Promise<SendResult>;
}

/** The address of a target, headers and login included. */
export interface HttpTarget {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

const ANSWER_MS = 15_000;

/** POSTs each event, as OpenLineage's own HTTP transport does. */
export function httpTarget({ url, headers }: HttpTarget, clock: Clock): EventTarget {
  const { host, pathname } = new URL(url);
  return {
    name: `${host}${pathname}`,
    async send(event, signal) {
      const within = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]);
      const request = { url, headers, body: JSON.stringify(event), reach: EVERYWHERE, now: clock.now() };
      const answer = await postJson(request, within);
      if (!isAnswer(answer)) return answer;
      return answer.status >= 200 && answer.status < 300 ? { kind: 'sent' } : classifyStatus(answer);
    },
  };
}

const MAX_FILE_BYTES = 256 * 1024 * 1024;

/** Appends each event as a line; a full file becomes `<path>.1` in place of the one before, so the disk holds two at most. */
export function fileTarget(path: string, maxBytes = MAX_FILE_BYTES): EventTarget {
  return {
    name: path,
    async send(event) {
      const line = `${JSON.stringify(event)}\n`;
      try {
        await mkdir(dirname(path), { recursive: true });
        const size = await stat(path).then(
          found => found.size,
          () => 0,
        );
        if (size > 0 && size + Buffer.byteLength(line) > maxBytes) await rename(path, `${path}.1`);
        await appendFile(path, line);
        return { kind: 'sent' };
      } catch (error) {
        return { kind: 'retryable', class: 'file', error: (error as Error).message };
      }
    },
  };
}
