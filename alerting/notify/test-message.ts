import type { Message } from './message.ts';
import { singleMessage } from './single-message.ts';

/** A message that says of itself that it is a test, with one value in every place a real one would fill. */
export function testMessage(channel: string, publicUrl: string, at: number): Message {
  return singleMessage({
    status: 'info',
    severity: 'info',
    title: `tidewatch 测试消息 test message: ${channel}`,
    groupKey: `test:${channel}`,
    groupLabels: { channel },
    receiver: channel,
    at,
    url: publicUrl.replace(/\/+$/, '') || 'http://localhost',
    alert: {
      status: 'meta',
      labels: { alertname: 'tidewatch_test', severity: 'info', channel },
      summary: '渠道可用，这不是告警。The channel works; this is not an alert.',
    },
  });
}
