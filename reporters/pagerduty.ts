/**
 * PagerDuty, Events API v2. One event for each alert, so that each opens, acknowledges and resolves an incident of its own. A
 * success is HTTP 202 and a status of `success`. https://developer.pagerduty.com/docs/events-api-v2-overview
 */
import { z } from 'zod';
import type { ReporterDeps } from '../alerting/notify/channel.ts';
import type { Notifier, Recipient, SendResult } from '../alerting/notify/notifier.ts';
import { baseUrlField, defineReporter, secretField } from './define.ts';
import {
  classifyStatus,
  excerpt,
  type Failure,
  type HttpAnswer,
  isAnswer,
  notTheChannel,
  parseJson,
  postJson,
} from './http.ts';
import { langField } from './language.ts';
import { type PagerdutyEvent, pagerdutyEvents } from './pagerduty-events.ts';

/** Configuration; `routing_key` is the integration key of an "Events API v2" integration. */
const PagerdutyConfig = z.strictObject({
  base_url: baseUrlField.default('https://events.pagerduty.com'),
  routing_key: secretField,
  lang: langField,
});
type PagerdutyConfig = z.infer<typeof PagerdutyConfig>;

export const pagerduty = defineReporter({
  schema: PagerdutyConfig,
  secrets: ['routing_key'],
  throttleFloorMs: 5_000,
  acknowledges: true,
  remedies: {
    'not-an-alert': 'send digests to a mailbox or a chat instead',
    refused: 'check the routing_key: it is the 32-character key of an "Events API v2" integration of the service',
  },
  create: createPagerduty,
});

function createPagerduty(config: PagerdutyConfig, { clock, reach }: ReporterDeps): Notifier {
  async function post(event: PagerdutyEvent, signal: AbortSignal): Promise<SendResult> {
    const body = JSON.stringify({ routing_key: config.routing_key.reveal(), ...event });
    const request = { url: `${config.base_url}/v2/enqueue`, body, reach, now: clock.now() };
    const answer = await postJson(request, signal);
    return isAnswer(answer) ? classify(answer) : answer;
  }

  return {
    async send(message, options, signal) {
      if (message.digest) return { kind: 'permanent', class: 'not-an-alert', error: 'a digest is no incident' };
      const skip = new Set(options.skip);
      const events = pagerdutyEvents(message, options.alerts ?? [], config.lang);
      const recipients: Recipient[] = [];
      let refusal: Failure | null = null;
      for (const event of events.filter(e => !skip.has(e.dedup_key))) {
        const result = await post(event, signal);
        const address = event.dedup_key;
        if (result.kind === 'sent') recipients.push({ address, status: 'delivered' });
        // What was delivered is not sent again; the rest waits for the next attempt.
        else if (result.kind === 'retryable') return { ...result, recipients };
        else {
          refusal = result;
          recipients.push({ address, status: 'permanent', error: result.error });
        }
      }
      const delivered = options.reached === true || recipients.some(recipient => recipient.status === 'delivered');
      return refusal && !delivered ? { ...refusal, recipients } : { kind: 'sent', recipients };
    },
    close: async () => {},
  };
}

const Answer = z.object({
  status: z.string().default(''),
  message: z.string().default(''),
  errors: z.array(z.string()).default([]),
});

function classify(answer: HttpAnswer): SendResult {
  const parsed = Answer.safeParse(parseJson(answer.body));
  if (answer.status === 202) {
    return parsed.success && parsed.data.status === 'success' ? { kind: 'sent' } : notTheChannel(answer);
  }
  const verdict = classifyStatus(answer);
  if (!parsed.success) return verdict;
  const said = [parsed.data.message, ...parsed.data.errors].filter(text => text !== '').join('; ');
  return said === '' ? verdict : { ...verdict, error: `HTTP ${answer.status}: ${excerpt(said)}` };
}
