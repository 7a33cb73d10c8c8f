/** A real SMTP server on a free port of 127.0.0.1 that keeps every mail it takes and refuses whom a test tells it to. */
import type { AddressInfo } from 'node:net';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';

export interface TakenMail {
  /** Envelope recipients, which need not be those of the header. */
  readonly to: readonly string[];
  readonly mail: Email;
  readonly raw: string;
}

export interface SmtpSink {
  readonly port: number;
  readonly mails: TakenMail[];
  /** Reply code and text for an address at RCPT TO; null takes it. */
  refuse: (address: string) => { code: number; text: string } | null;
  /** Reply to the whole mail after its data; null takes it. */
  refuseData: () => { code: number; text: string } | null;
  close(): Promise<void>;
}

/** `login` demands AUTH PLAIN with exactly this user and password. */
export async function startSmtpSink(login?: { user: string; password: string }): Promise<SmtpSink> {
  const mails: TakenMail[] = [];
  const server = new SMTPServer({
    disabledCommands: login ? ['STARTTLS'] : ['STARTTLS', 'AUTH'],
    authOptional: !login,
    allowInsecureAuth: true,
    logger: false,
    onAuth(auth, _session, callback) {
      if (auth.username === login?.user && auth.password === login?.password) callback(null, { user: auth.username });
      else callback(failure(535, 'authentication failed'));
    },
    onRcptTo(address, _session, callback) {
      const refused = sink.refuse(address.address);
      callback(refused ? failure(refused.code, refused.text) : null);
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const refused = sink.refuseData();
        if (refused) {
          callback(failure(refused.code, refused.text));
          return;
        }
        const raw = Buffer.concat(chunks).toString('utf8');
        void PostalMime.parse(raw).then(mail => {
          mails.push({ to: session.envelope.rcptTo.map(recipient => recipient.address), mail, raw });
          callback(null);
        });
      });
    },
  });
  server.on('error', () => {});
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const sink: SmtpSink = {
    port: (server.server.address() as AddressInfo).port,
    mails,
    refuse: () => null,
    refuseData: () => null,
    close: () => new Promise(resolve => server.close(() => resolve())),
  };
  return sink;
}

function failure(code: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode: code });
}
