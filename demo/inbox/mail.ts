/** The mail server of the demo's inbox. */
import type { AddressInfo } from 'node:net';
import PostalMime, { type Attachment } from 'postal-mime';
import { SMTPServer } from 'smtp-server';

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly html?: string;
  readonly text: string;
}

export interface MailServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Takes any mail on a free port of 127.0.0.1. */
export async function startMailServer(keep: (mail: Mail) => void): Promise<MailServer> {
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
  await new Promise<void>((resolve, reject) => {
    smtp.on('error', reject);
    smtp.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (smtp.server.address() as AddressInfo).port,
    close: () => new Promise<void>(resolve => smtp.close(resolve)),
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
