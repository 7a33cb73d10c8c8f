/**
 * Where the demo's notifications arrive: an SMTP server and a DingTalk robot, both on loopback. They speak the real protocols, so
 * what lies in the inbox went through the same code as in production.
 */
import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import PostalMime, { type Attachment } from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import type { Clock } from '../model/clock.ts';

const KEPT = 200;

export interface InboxItem {
  readonly id: string;
  readonly kind: 'email' | 'dingtalk';
  readonly at: number;
  readonly to: string;
  readonly subject: string;
  readonly html?: string;
  readonly text: string;
}

export interface Inbox {
  readonly smtpPort: number;
  readonly dingtalkUrl: string;
  readonly dingtalkSecret: string;
  readonly dingtalkToken: string;
  /** Newest first; the last 200. */
  items(): readonly InboxItem[];
  close(): Promise<void>;
}

/** Starts both receivers on free ports of 127.0.0.1. */
export async function startInbox(clock: Clock): Promise<Inbox> {
  const kept: InboxItem[] = [];
  let sequence = 0;
  function keep(item: Omit<InboxItem, 'id' | 'at'>): void {
    sequence += 1;
    kept.unshift({ id: String(sequence), at: clock.now(), ...item });
    kept.length = Math.min(kept.length, KEPT);
  }
  const secret = 'SECdemo';
  const token = 'demo';
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    logger: false,
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('error', done);
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(r => r.address).join(', ');
        PostalMime.parse(Buffer.concat(chunks)).then(mail => {
          keep({
            kind: 'email',
            to,
            subject: mail.subject ?? '',
            text: mail.text ?? '',
            ...(mail.html ? { html: withPictures(mail.html, mail.attachments) } : {}),
          });
          done();
        }, done);
      });
    },
  });
  const robot = createServer((request, response) => {
    answerDingtalk(request, response, { token, secret, now: clock.now() }, (subject, text) =>
      keep({ kind: 'dingtalk', to: 'DingTalk 群', subject, text }),
    );
  });
  await new Promise<void>((resolve, reject) => {
    smtp.on('error', reject);
    smtp.listen(0, '127.0.0.1', resolve);
  });
  await new Promise<void>(resolve => robot.listen(0, '127.0.0.1', resolve));
  return {
    smtpPort: (smtp.server.address() as AddressInfo).port,
    dingtalkUrl: `http://127.0.0.1:${(robot.address() as AddressInfo).port}`,
    dingtalkSecret: secret,
    dingtalkToken: token,
    items: () => kept,
    async close() {
      await new Promise<void>(resolve => smtp.close(resolve));
      robot.closeAllConnections();
      await new Promise<void>(resolve => robot.close(() => resolve()));
    },
  };
}

/** The page with the mail's own pictures in it, as a mail program shows them. */
function withPictures(html: string, attachments: readonly Attachment[]): string {
  let page = html;
  for (const { contentId, mimeType, content } of attachments) {
    if (!contentId || !mimeType.startsWith('image/') || typeof content === 'string') continue;
    const bytes = Buffer.from(content instanceof ArrayBuffer ? new Uint8Array(content) : content);
    page = page.replaceAll(
      `cid:${contentId.replace(/^<|>$/g, '')}`,
      `data:${mimeType};base64,${bytes.toString('base64')}`,
    );
  }
  return page;
}

interface Robot {
  readonly token: string;
  readonly secret: string;
  readonly now: number;
}

/** Checks token, clock and signature as DingTalk does, and answers with its error codes. */
function answerDingtalk(
  request: IncomingMessage,
  response: ServerResponse,
  robot: Robot,
  keep: (subject: string, text: string) => void,
): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const answer = (errcode: number, errmsg: string): void => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ errcode, errmsg }));
    };
    if (url.searchParams.get('access_token') !== robot.token) return answer(300_001, 'token is not exist');
    const timestamp = url.searchParams.get('timestamp') ?? '';
    if (Math.abs(robot.now - Number(timestamp)) > 3_600_000) return answer(310_000, 'invalid timestamp');
    const sign = createHmac('sha256', robot.secret).update(`${timestamp}\n${robot.secret}`).digest('base64');
    if (url.searchParams.get('sign') !== sign) return answer(310_000, 'sign not match');
    try {
      const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as {
        markdown?: { title?: string; text?: string };
      };
      keep(body.markdown?.title ?? '', body.markdown?.text ?? '');
    } catch {
      return answer(40_035, 'invalid json');
    }
    return answer(0, 'ok');
  });
}
