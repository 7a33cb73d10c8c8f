/**
 * Microsoft Teams through a Workflow ("When a Teams webhook request is received"): an adaptive card. 202 means that the flow took
 * it, not that anybody saw it; Teams tells no more. Limits:
 * https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook
 */
import { z } from 'zod';
import type { ReporterDeps } from '../alerting/notify/channel.ts';
import type { Notifier, SendOptions, SendResult } from '../alerting/notify/notifier.ts';
import { defineReporter, secretUrlField } from './define.ts';
import { classifyStatus, excerpt, type HttpAnswer, isAnswer, notTheChannel, postJson } from './http.ts';
import { langField } from './language.ts';
import { renderTeamsCard } from './teams-card.ts';

/** 28 KB is the documented limit of a message, room for what the flow adds taken off. */
const MAX_BODY_BYTES = 27_000;
/** Some flows refuse at 21 KB already: the second attempt stays well below. */
const SHRUNK_BODY_BYTES = 18_000;

/** Configuration; the flow's address carries its signature, all of it is the secret. */
const TeamsConfig = z.strictObject({ url: secretUrlField, lang: langField });
type TeamsConfig = z.infer<typeof TeamsConfig>;

export const teams = defineReporter({
  schema: TeamsConfig,
  secrets: ['url'],
  // More than four a second are throttled.
  budget: { requests: 4, windowMs: 1_000 },
  throttleFloorMs: 5_000,
  remedies: {
    'too-large': 'Teams does not even take a small card; check what the flow does with it',
    token: 'the address of the flow is no longer valid: copy it anew from the flow, or switch the flow on',
    refused: 'the flow does not take the card: it must start with "When a Teams webhook request is received"',
  },
  create: createTeams,
});

function createTeams(config: TeamsConfig, { clock, reach }: ReporterDeps): Notifier {
  return {
    async send(message, options, signal) {
      const limit = options.previousClass === 'too-large' ? SHRUNK_BODY_BYTES : MAX_BODY_BYTES;
      const body = renderTeamsCard(message, config.lang, limit);
      const request = { url: config.url.reveal(), body, reach, now: clock.now() };
      const answer = await postJson(request, signal);
      return isAnswer(answer) ? classify(answer, options) : answer;
    },
    close: async () => {},
  };
}

/** A connector of the old kind answers 200 and tells in words that Teams refused, with a status or without. */
const HIDDEN_STATUS = /returned HTTP error (\d{3})/i;
const HIDDEN_FAILURE = /message delivery failed/i;
/** Neither a flow nor a connector answers with a page; a proxy that wants a login does. */
const PAGE = /^\s*<(!doctype|html)/i;

function classify(answer: HttpAnswer, options: SendOptions): SendResult {
  const accepted = answer.status === 200 || answer.status === 202;
  const hidden = HIDDEN_STATUS.exec(answer.body)?.[1];
  if (accepted && PAGE.test(answer.body)) return notTheChannel(answer);
  if (accepted && hidden === undefined && HIDDEN_FAILURE.test(answer.body))
    return { kind: 'retryable', class: 'unknown', error: `HTTP ${answer.status}: ${excerpt(answer.body)}` };
  if (accepted && hidden === undefined) return { kind: 'sent' };

  const status = accepted ? Number(hidden) : answer.status;
  if (status === 413) {
    const error = `HTTP ${answer.status}: ${excerpt(answer.body) || 'the message is too large'}`;
    const again = options.previousClass !== 'too-large';
    return again ? { kind: 'retryable', class: 'too-large', error } : { kind: 'permanent', class: 'too-large', error };
  }
  const verdict = classifyStatus({ ...answer, status });
  return [401, 403, 404].includes(status) ? { ...verdict, class: 'token' } : verdict;
}
