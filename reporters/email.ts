/** E-mail over SMTP (nodemailer, pooled). Every recipient has an answer of its own: a mail that "was sent" may have been refused by some. */
import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import nodemailer, { type NodemailerError, type SMTPPoolSentMessageInfo } from 'nodemailer';
import { z } from 'zod';
import type { ReporterDeps } from '../alerting/notify/channel.ts';
import type { Message } from '../alerting/notify/message.ts';
import type { Notifier, Recipient, SendOptions, SendResult } from '../alerting/notify/notifier.ts';
import { renderChart } from './chart/png.ts';
import { defineReporter, secretField } from './define.ts';
import { renderDigestHtml, renderDigestText } from './email-digest.ts';
import { type MailChart, renderHtml } from './email-render.ts';
import { renderText } from './email-text.ts';
import { type Lang, langField } from './language.ts';
import { BLOCKED, connectWithin } from './reach.ts';
import { codePoints, truncate } from './truncate.ts';
import { headline } from './words.ts';

/** Checked before any address parser sees the text: parsers have been made to hang by long ones. */
const MAX_ADDRESS_CHARACTERS = 254;
const MAX_RECIPIENTS = 200;
const CONNECT_MS = 10_000;
const MAX_SUBJECT_CHARACTERS = 180;
/** Pictures of one mail; further alerts have their numbers. */
const MAX_CHARTS = 5;

const address = z
  .string()
  .max(MAX_ADDRESS_CHARACTERS, { abort: true })
  .regex(/^[^\s@<>(),;:"\\]{1,64}@[^\s@<>(),;:"\\]{1,255}$/, 'expected an address such as name@example.com');

const sender = z
  .string()
  .max(2 * MAX_ADDRESS_CHARACTERS, { abort: true })
  .regex(
    /^(?:[^\r\n<>"]{0,200}<[^\s@<>]+@[^\s@<>]+>|[^\s@<>]+@[^\s@<>]+)$/,
    'expected name@example.com or Name <name@example.com>',
  );

/**
 * Configuration. `tls`: absent upgrades when the server offers it, true speaks TLS from the start, `starttls` insists on the
 * upgrade, false never does; `tls_insecure` accepts any certificate.
 */
const EmailConfig = z.strictObject({
  host: z.string().min(1).max(255),
  port: z.int().min(1).max(65_535).default(25),
  from: sender,
  to: z.array(address).min(1).max(MAX_RECIPIENTS),
  tls: z.union([z.boolean(), z.literal('starttls')]).optional(),
  tls_insecure: z.boolean().default(false),
  user: z.string().min(1).optional(),
  password: secretField.optional(),
  lang: langField,
});
type EmailConfig = z.infer<typeof EmailConfig>;

/** No budget: the mail server queues. */
export const email = defineReporter({
  schema: EmailConfig,
  secrets: ['password'],
  remedies: {
    auth: 'check user and password; some servers want tls before they take a login',
    recipient: 'check the addresses in "to" the server named',
    refused: 'the mail server refuses the mail: check "from" and whether this machine may send through it',
    server: 'the mail server cannot take it now; it is sent again',
    network: 'check host, port and tls, and the firewall between',
  },
  create: createEmail,
});

function createEmail(config: EmailConfig, { reach }: ReporterDeps): Notifier {
  const transport = nodemailer.createTransport({
    pool: true,
    host: config.host,
    port: config.port,
    getSocket(_options: unknown, done: (error: Error | null, socket?: { readonly connection: Socket }) => void) {
      connectWithin(reach, { host: config.host, port: config.port, timeoutMs: CONNECT_MS }).then(
        connection => done(null, { connection }),
        (error: Error) => done(error),
      );
    },
    secure: config.tls === true,
    requireTLS: config.tls === 'starttls',
    ignoreTLS: config.tls === false,
    tls: { rejectUnauthorized: !config.tls_insecure },
    ...(config.user === undefined ? {} : { auth: { user: config.user, pass: config.password?.reveal() ?? '' } }),
    maxConnections: 2,
    // The outbox repeats, under the same Message-ID and with a record; the pool must not do so on its own.
    maxRequeues: 0,
    idleTimeout: 30_000,
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: CONNECT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  // A pooled connection that breaks while idle: the next send says so.
  transport.on('error', () => {});
  const domain = /@([^\s@<>]+?)>?$/.exec(config.from)?.[1] ?? 'localhost';

  return {
    async send(message, options, signal) {
      const skip = new Set(options.skip);
      const to = config.to.filter(recipient => !skip.has(recipient));
      if (to.length === 0) return { kind: 'sent' };
      try {
        const subject = truncate(headline(message, config.lang), MAX_SUBJECT_CHARACTERS, codePoints);
        const charts = await drawCharts(message, options.idempotencyKey, domain);
        const thread = `<group-${digest(message.groupKey)}@${domain}>`;
        const info = await transport.sendMail({
          from: config.from,
          // Everyone sees the same list, also those a retry is not for.
          to: config.to,
          envelope: { from: envelopeFrom(config.from), to },
          subject,
          ...bodyOf(message, subject, charts, config.lang),
          attachments: charts.flatMap(chart => (chart ? [chart.attachment] : [])),
          messageId: `<${options.idempotencyKey}@${domain}>`,
          references: [thread],
          inReplyTo: thread,
          headers: {
            'X-Tidewatch-Status': message.status,
            'X-Tidewatch-Severity': message.severity,
            // Keeps out-of-office answers away (RFC 3834).
            'Auto-Submitted': 'auto-generated',
          },
          ...(message.severity === 'critical' && message.status === 'firing' ? { priority: 'high' as const } : {}),
          signal,
        });
        return verdict(to, info);
      } catch (error) {
        return failure(to, error as NodemailerError, signal, options);
      }
    },
    close: async () => transport.close(),
  };
}

/** Both parts of the mail. */
function bodyOf(message: Message, subject: string, charts: readonly (DrawnChart | null)[], lang: Lang) {
  const { digest } = message;
  if (digest)
    return {
      html: renderDigestHtml(message, digest, subject, lang),
      text: renderDigestText(message, digest, lang),
    };
  return { html: renderHtml(message, subject, charts, lang), text: renderText(message, lang) };
}

interface DrawnChart extends MailChart {
  readonly attachment: {
    readonly cid: string;
    readonly filename: string;
    readonly content: Buffer;
    readonly contentType: string;
  };
}

/** The picture for each alert that has one; a chart that cannot be drawn makes a poorer mail, never a missing one. */
async function drawCharts(message: Message, key: string, domain: string): Promise<readonly (DrawnChart | null)[]> {
  let drawn = 0;
  const charts: (DrawnChart | null)[] = [];
  for (const { chart } of message.alerts) {
    const png = chart && drawn < MAX_CHARTS ? await renderChart(chart, message.zone) : null;
    if (!chart || !png) {
      charts.push(null);
      continue;
    }
    drawn++;
    const cid = `chart-${drawn}-${key}@${domain}`;
    charts.push({
      cid,
      chart,
      attachment: { cid, filename: `chart-${drawn}.png`, content: png, contentType: 'image/png' },
    });
  }
  return charts;
}

/** Accepted by the server does not mean accepted for everyone. */
function verdict(to: readonly string[], info: SMTPPoolSentMessageInfo): SendResult {
  const refused = refusals(info.rejectedErrors ?? []);
  const recipients = to.map(address => refused.get(address) ?? delivered(address));
  const missing = new Set(info.rejected ?? []);
  const all = recipients.map(recipient =>
    recipient.status === 'delivered' && missing.has(recipient.address)
      ? { address: recipient.address, status: 'permanent' as const, error: 'refused' }
      : recipient,
  );
  const again = all.find(recipient => recipient.status === 'retryable');
  if (again) return { kind: 'retryable', class: 'recipient', error: again.error ?? 'refused for now', recipients: all };
  return { kind: 'sent', recipients: all };
}

function delivered(address: string): Recipient {
  return { address, status: 'delivered' };
}

function failure(to: readonly string[], error: NodemailerError, signal: AbortSignal, options: SendOptions): SendResult {
  if (signal.aborted) return { kind: 'retryable', class: 'timeout', error: 'no answer in time' };
  const { code = '', responseCode } = error;
  const text = reason(error);
  const refused = refusals(error.rejectedErrors ?? []);
  if (refused.size > 0) {
    const recipients = to.flatMap(address => refused.get(address) ?? []);
    const again = recipients.some(recipient => recipient.status === 'retryable');
    // The rest being refused for good ends the matter.
    if (!again && options.reached === true) return { kind: 'sent', recipients };
    return { kind: again ? 'retryable' : 'permanent', class: 'recipient', error: text, recipients };
  }
  if (code === 'EAUTH' || code === 'ENOAUTH')
    return { kind: isTransient(responseCode) ? 'retryable' : 'permanent', class: 'auth', error: text };
  // To MAIL FROM: the server wants a login first (RFC 4954), or TLS before it (RFC 3207).
  if (responseCode === 530 || responseCode === 538) return { kind: 'permanent', class: 'auth', error: text };
  if (responseCode === 421) return { kind: 'retryable', class: 'server', error: text };
  if (responseCode !== undefined && responseCode >= 400) {
    return isTransient(responseCode)
      ? { kind: 'retryable', class: 'server', error: text }
      : { kind: 'permanent', class: 'refused', error: text };
  }
  if (code === BLOCKED) return { kind: 'permanent', class: 'blocked', error: text };
  if (code === 'ETIMEDOUT') return { kind: 'retryable', class: 'timeout', error: text };
  if (code === 'EENVELOPE' || code === 'EMESSAGE' || code === 'ECONFIG')
    return { kind: 'permanent', class: 'refused', error: text };
  return { kind: 'retryable', class: 'network', error: text };
}

function refusals(errors: readonly NodemailerError[]): Map<string, Recipient> {
  const refused = new Map<string, Recipient>();
  for (const error of errors) {
    if (typeof error.recipient !== 'string') continue;
    const status = isTransient(error.responseCode) ? 'retryable' : 'permanent';
    refused.set(error.recipient, { address: error.recipient, status, error: reason(error) });
  }
  return refused;
}

/** 4yz asks to come back; 503 says the session was confused, not that the mail is refused. */
function isTransient(responseCode: number | undefined): boolean {
  return responseCode === undefined || responseCode < 500 || responseCode === 503;
}

function reason(error: NodemailerError): string {
  return (error.response ?? (error.message || (error.code ?? 'no connection'))).replace(/\s+/g, ' ').slice(0, 300);
}

function envelopeFrom(from: string): string {
  return /<([^<>]+)>$/.exec(from)?.[1] ?? from;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 24);
}
