/** Every kind of channel there is. A new one is a file of its own and a line here. */
import type { ReporterRegistry } from '../alerting/notify/channel.ts';
import { email } from './email.ts';
import { dingtalk } from './im/dingtalk.ts';
import { feishu } from './im/feishu.ts';
import { wecom } from './im/wecom.ts';
import { pagerduty } from './pagerduty.ts';
import { slack } from './slack.ts';
import { teams } from './teams.ts';
import { telegram } from './telegram.ts';
import { webhook } from './webhook.ts';

export const reporters = {
  email,
  dingtalk,
  feishu,
  wecom,
  slack,
  teams,
  pagerduty,
  telegram,
  webhook,
} satisfies ReporterRegistry;
