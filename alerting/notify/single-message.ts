import type { Message, MessageAlert } from './message.ts';

/** What a message about one alert cannot do without; everything else has the value of an alert nothing more is known of. */
export type SingleMessage = Pick<Message, 'status' | 'severity' | 'title' | 'groupKey' | 'receiver' | 'at' | 'url'> &
  Partial<Pick<Message, 'groupLabels'>> & {
    /** It begins with the message (`at`) and goes on, unless it says otherwise. */
    readonly alert: Pick<MessageAlert, 'status' | 'labels'> & Partial<MessageAlert>;
  };

/** A message about one alert that no rule made: a test, an acknowledgement, the daemon's word about itself. Times are UTC. */
export function singleMessage({ alert, ...message }: SingleMessage): Message {
  const { at, url } = message;
  return {
    groupLabels: {},
    zone: 'UTC',
    omitted: 0,
    ...message,
    alerts: [
      {
        startsAt: at,
        endsAt: null,
        summary: '',
        formula: '',
        annotations: [],
        values: [],
        url,
        owner: '',
        affects: [],
        ...alert,
      },
    ],
  };
}
