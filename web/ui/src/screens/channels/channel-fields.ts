/** What each type of channel can be told beside the fields all share; the daemon's own schemas (`reporters/`) decide, a test compares. */

export const CHANNEL_TYPES = [
  'dingtalk',
  'feishu',
  'wecom',
  'email',
  'slack',
  'teams',
  'pagerduty',
  'telegram',
  'webhook',
] as const;
export type ChannelType = (typeof CHANNEL_TYPES)[number];

export interface ChannelField {
  /** Place in the document, such as `at.mobiles`. */
  readonly path: string;
  /** `tls` is the choice of how a mail connection is secured; a secret is written and never read. */
  readonly kind: 'text' | 'number' | 'flag' | 'names' | 'secret' | 'tls';
  readonly required?: true;
  readonly placeholder?: string;
}

const LANG = { path: 'lang', kind: 'text' } as const;

/** The fields of a type in the order of its form; `lang` is a choice that the shared part of the form shows. */
export const CHANNEL_FIELDS: Readonly<Record<ChannelType, readonly ChannelField[]>> = {
  dingtalk: [
    { path: 'access_token', kind: 'secret', required: true },
    { path: 'secret', kind: 'secret' },
    { path: 'at.mobiles', kind: 'names' },
    { path: 'at.user_ids', kind: 'names' },
    { path: 'at.all', kind: 'flag' },
    { path: 'base_url', kind: 'text', placeholder: 'https://oapi.dingtalk.com' },
    LANG,
  ],
  feishu: [
    { path: 'hook_id', kind: 'secret', required: true },
    { path: 'secret', kind: 'secret' },
    { path: 'base_url', kind: 'text', placeholder: 'https://open.feishu.cn' },
    LANG,
  ],
  wecom: [
    { path: 'key', kind: 'secret', required: true },
    { path: 'at.user_ids', kind: 'names' },
    { path: 'base_url', kind: 'text', placeholder: 'https://qyapi.weixin.qq.com' },
    LANG,
  ],
  email: [
    { path: 'host', kind: 'text', required: true },
    { path: 'port', kind: 'number', placeholder: '25' },
    { path: 'tls', kind: 'tls' },
    { path: 'tls_insecure', kind: 'flag' },
    { path: 'from', kind: 'text', required: true, placeholder: 'tidewatch <tidewatch@example.com>' },
    { path: 'to', kind: 'names', required: true },
    { path: 'user', kind: 'text' },
    { path: 'password', kind: 'secret' },
    LANG,
  ],
  slack: [{ path: 'url', kind: 'secret', required: true }, LANG],
  teams: [{ path: 'url', kind: 'secret', required: true }, LANG],
  pagerduty: [
    { path: 'routing_key', kind: 'secret', required: true },
    { path: 'base_url', kind: 'text', placeholder: 'https://events.pagerduty.com' },
    LANG,
  ],
  telegram: [
    { path: 'token', kind: 'secret', required: true },
    { path: 'chat_id', kind: 'text', required: true, placeholder: '-1001234567890' },
    { path: 'thread_id', kind: 'number' },
    { path: 'base_url', kind: 'text', placeholder: 'https://api.telegram.org' },
    LANG,
  ],
  webhook: [
    { path: 'url', kind: 'secret', required: true },
    { path: 'secret', kind: 'secret' },
    { path: 'previous_secret', kind: 'secret' },
    { path: 'allow_private', kind: 'flag' },
    { path: 'max_bytes', kind: 'number', placeholder: '1048576' },
  ],
};

/** What a stored secret reads as; sent back it keeps what is stored. */
export const HIDDEN = '<secret>';

/** The fields of a type as a document names it; none for a type this interface does not know. */
export function fieldsOf(type: string): readonly ChannelField[] {
  return CHANNEL_TYPES.flatMap(known => (known === type ? CHANNEL_FIELDS[known] : []));
}
