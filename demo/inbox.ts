/**
 * Where the demo's notifications arrive: an SMTP server and chat robots, all on loopback. They speak the real protocols, so what
 * lies in the inbox went through the same code as in production.
 */
import type { Clock } from '../model/clock.ts';
import { startMailServer } from './inbox/mail.ts';
import { type RobotMessage, startRobots } from './inbox/robots.ts';

const KEPT = 200;
const GROUPS: Readonly<Record<RobotMessage['kind'], string>> = {
  dingtalk: 'DingTalk 群',
  feishu: 'Lark: data platform leads',
};

export interface InboxItem {
  readonly id: string;
  readonly kind: 'email' | RobotMessage['kind'];
  readonly at: number;
  readonly to: string;
  readonly subject: string;
  readonly html?: string;
  readonly text: string;
}

export interface Inbox {
  readonly smtpPort: number;
  readonly robotsUrl: string;
  /** Newest first; the last 200. */
  items(): readonly InboxItem[];
  close(): Promise<void>;
}

/** Starts all receivers on free ports of 127.0.0.1. */
export async function startInbox(clock: Clock): Promise<Inbox> {
  const kept: InboxItem[] = [];
  let sequence = 0;
  function keep(item: Omit<InboxItem, 'id' | 'at'>): void {
    sequence += 1;
    kept.unshift({ id: String(sequence), at: clock.now(), ...item });
    kept.length = Math.min(kept.length, KEPT);
  }
  const mail = await startMailServer(received => keep({ kind: 'email', ...received }));
  const robots = await startRobots(clock, message => keep({ ...message, to: GROUPS[message.kind] }));
  return {
    smtpPort: mail.port,
    robotsUrl: robots.url,
    items: () => kept,
    async close() {
      await Promise.all([mail.close(), robots.close()]);
    },
  };
}
