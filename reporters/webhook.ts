/**
 * Webhook: Alertmanager's format (version 4), signed, with an idempotency key. A receiver checks
 * `X-Signature: t=<s>,v1=<hex(HMAC-SHA256(secret, "{t}.{raw body}"))>` against its clock (300 s) and takes a key once.
 */
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { ReporterDeps } from '../alerting/notify/channel.ts';
import type { Notifier } from '../alerting/notify/notifier.ts';
import { defineReporter, secretField, secretUrlField } from './define.ts';
import { classifyStatus, isAnswer, postJson } from './http.ts';
import { renderPayload } from './webhook-payload.ts';

/**
 * Configuration. While a secret is changed, `previous_secret` signs too: the header then carries two `v1`, and a receiver takes
 * either. Addresses inside the own network need `allow_private`.
 */
const WebhookConfig = z.strictObject({
  url: secretUrlField,
  secret: secretField.optional(),
  previous_secret: secretField.optional(),
  allow_private: z.boolean().default(false),
  max_bytes: z.int().min(4_096).max(16_777_216).default(1_048_576),
});
type WebhookConfig = z.infer<typeof WebhookConfig>;

/** No budget: the receiver says 429 when it wants less. */
export const webhook = defineReporter({
  schema: WebhookConfig,
  secrets: ['url', 'secret', 'previous_secret'],
  remedies: {
    refused: 'the receiver refuses the request: check the address, and the secret on both sides',
    blocked:
      'if this address of the own network is meant: set allow_private: true, or list it under alerting.allow_private of the configuration',
  },
  create: createWebhook,
});

function createWebhook(config: WebhookConfig, { clock, reach: channelReach }: ReporterDeps): Notifier {
  const reach = config.allow_private ? channelReach : channelReach.strict;
  const secrets = [config.secret, config.previous_secret].flatMap(secret => secret?.reveal() ?? []);
  return {
    async send(message, options, signal) {
      const now = clock.now();
      const body = renderPayload(message, config.max_bytes);
      const headers = {
        'Idempotency-Key': options.idempotencyKey,
        ...(secrets.length > 0 ? { 'X-Signature': signature(secrets, Math.floor(now / 1000), body) } : {}),
      };
      const request = { url: config.url.reveal(), body, headers, reach, now };
      const answer = await postJson(request, signal);
      if (!isAnswer(answer)) return answer;
      return answer.status >= 200 && answer.status < 300 ? { kind: 'sent' } : classifyStatus(answer);
    },
    close: async () => {},
  };
}

/** `t=<seconds>,v1=<hex>`, one `v1` for each secret, the newest first. */
export function signature(secrets: readonly string[], seconds: number, body: string): string {
  const signs = secrets.map(secret => createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex'));
  return [`t=${seconds}`, ...signs.map(sign => `v1=${sign}`)].join(',');
}
