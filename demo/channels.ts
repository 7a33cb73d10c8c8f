/** The people of the demo and how they are reached; every channel delivers into the inbox. */

import { ROBOT_SECRET, ROBOT_TOKEN } from './inbox/robots.ts';
import type { Inbox } from './inbox.ts';

/** Channel documents: two people on call, the team's list and chat group, and the lead, who reads English. */
export function demoChannels({ smtpPort, robotsUrl }: Inbox): readonly Record<string, unknown>[] {
  const mail = (name: string, to: string): Record<string, unknown> => ({
    name,
    type: 'email',
    host: '127.0.0.1',
    port: smtpPort,
    from: 'tidewatch@demo.example',
    to: [to],
  });
  return [
    mail('li.na', 'li.na@demo.example'),
    mail('wang.wei', 'wang.wei@demo.example'),
    mail('dw-mail', 'dw-team@demo.example'),
    {
      name: 'dw-dingtalk',
      type: 'dingtalk',
      base_url: robotsUrl,
      access_token: ROBOT_TOKEN,
      secret: ROBOT_SECRET,
    },
    {
      name: 'dw-lead',
      type: 'feishu',
      base_url: robotsUrl,
      hook_id: ROBOT_TOKEN,
      secret: ROBOT_SECRET,
      lang: 'en',
    },
  ];
}
