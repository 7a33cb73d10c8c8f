/** Every kind of channel there is. A new one is a file of its own and a line here. */
import type { ReporterRegistry } from '../alerting/notify/channel.ts';
import { email } from './email.ts';
import { dingtalk } from './im/dingtalk.ts';

export const reporters = { email, dingtalk } satisfies ReporterRegistry;
