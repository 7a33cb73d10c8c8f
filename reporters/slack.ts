/**
 * Slack incoming webhook. A success is HTTP 200 and a body of exactly `ok`. Wire format and errors:
 * https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
 */
import { z } from 'zod';
import type { ReporterDeps } from '../alerting/notify/channel.ts';
import type { Notifier, SendResult } from '../alerting/notify/notifier.ts';
import { defineReporter, secretUrlField } from './define.ts';
import { classifyStatus, excerpt, type HttpAnswer, isAnswer, notTheChannel, postJson } from './http.ts';
import { langField } from './language.ts';
import { renderBlocks } from './slack-blocks.ts';

/** Configuration; the whole webhook address is the secret. */
const SlackConfig = z.strictObject({ url: secretUrlField, lang: langField });
type SlackConfig = z.infer<typeof SlackConfig>;

export const slack = defineReporter({
  schema: SlackConfig,
  secrets: ['url'],
  // About one a second and channel; short bursts pass.
  budget: { requests: 10, windowMs: 10_000 },
  throttleFloorMs: 1_000,
  remedies: {
    token: 'the webhook was removed or its address is wrong: make a new incoming webhook and enter its address',
    channel: 'the Slack channel is gone or archived: make a webhook for another one',
    forbidden: "an administrator of the workspace restricts posting: ask for this webhook's channel to be allowed",
    refused: 'Slack does not take the message, which should not happen: report it',
  },
  create: createSlack,
});

function createSlack(config: SlackConfig, { clock, reach }: ReporterDeps): Notifier {
  return {
    async send(message, _options, signal) {
      const body = renderBlocks(message, config.lang);
      const request = { url: config.url.reveal(), body, reach, now: clock.now() };
      const answer = await postJson(request, signal);
      return isAnswer(answer) ? classify(answer) : answer;
    },
    close: async () => {},
  };
}

/** The words of Slack's refusals; `channel_not_found` and their like come with 403, 404 or 410. */
const REFUSALS: Readonly<Record<string, string>> = {
  invalid_token: 'token',
  no_service: 'token',
  no_service_id: 'token',
  no_team: 'token',
  team_disabled: 'token',
  no_active_hooks: 'token',
  channel_not_found: 'channel',
  channel_is_archived: 'channel',
  user_not_found: 'channel',
  action_prohibited: 'forbidden',
  posting_to_general_channel_denied: 'forbidden',
};

function classify(answer: HttpAnswer): SendResult {
  const word = answer.body.trim();
  if (answer.status === 200) {
    if (word === 'ok') return { kind: 'sent' };
    return REFUSALS[word] === undefined
      ? notTheChannel(answer)
      : { kind: 'permanent', class: REFUSALS[word], error: `HTTP 200: ${excerpt(word)}` };
  }
  const verdict = classifyStatus(answer);
  return verdict.kind === 'permanent' ? { ...verdict, class: REFUSALS[word] ?? verdict.class } : verdict;
}
