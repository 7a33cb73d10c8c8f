/** What people change: rules with versions, silences, acknowledgements; and the channels, receivers and rotas they tell. */
import type { Channel, OnCallSchedule, Receiver, Rota, TestResult } from '../../../web/ui/src/api/channels.ts';
import type {
  CatalogMetric,
  Rule,
  RuleDocument,
  RulePreview,
  RuleVersion,
  TickExplanation,
} from '../../../web/ui/src/api/rules.ts';
import type { Silence, SilenceDocument } from '../../../web/ui/src/api/silences.ts';
import { alertsAt, rules } from './alerts.ts';
import { lagMs, MINUTE, SLOW_JOB } from './estate.ts';

export interface AlertingRequest {
  readonly method: string;
  /** Parts of the path after `/api/v1/`. */
  readonly parts: readonly string[];
  readonly params: URLSearchParams;
  readonly body: Record<string, unknown>;
  readonly ifMatch: string | undefined;
  readonly now: number;
}

const HOUR = 60 * MINUTE;

interface Answer {
  readonly body: unknown;
  readonly status?: number;
}

const list = (items: readonly unknown[]): Answer => ({ body: { items, next: null } });
const done: Answer = { status: 204, body: null };

function problem(status: number, code: string, detail: string, errors: readonly object[] = []): Answer {
  return { status, body: { status, code, detail, title: code, errors } };
}

const CHANNELS: readonly Channel[] = [
  { id: 'c1', name: 'dw-oncall-mail', type: 'email', version: 'file', managed: true, fallback: 'dw-dingtalk' },
  { id: 'c2', name: 'dw-dingtalk', type: 'dingtalk', version: '1', managed: false },
  { id: 'c3', name: 'dw-feishu', type: 'feishu', version: '1', managed: false },
];
const TESTS: Readonly<Record<string, TestResult>> = {
  c1: { kind: 'sent', recipients: [{ address: 'oncall@example.com', status: 'accepted' }] },
  c2: {
    kind: 'permanent',
    class: 'sign',
    error: 'errcode 310000: sign not match',
    remedy: 'check the secret: it must be the one shown beside "sign" of this robot',
  },
  c3: { kind: 'retryable', class: 'throttled', error: 'code 11232: too many requests' },
};
const RECEIVERS: readonly Receiver[] = [
  { id: 'v1', version: '1', managed: false, name: 'dw-oncall', channels: ['dw-oncall-mail', 'dw-dingtalk'] },
];
const ROTAS: readonly Rota[] = [
  {
    id: 'o1',
    version: '1',
    managed: false,
    name: 'dw-night',
    zone: 'Asia/Shanghai',
    layers: [{ members: ['li', 'wang'], start: '2026-01-05' }],
  },
];
const WEEK = 7 * 24 * HOUR;
const CATALOG: readonly CatalogMetric[] = [
  { name: 'lag_ms', kind: 'alias', unit: 'ms', meaning: { en: 'Time a hop is behind', zh: '消费延迟' } },
  { name: 'restarts', kind: 'alias', unit: '', meaning: { en: 'Restarts of a job', zh: '作业重启次数' } },
];

/** State of one server: changes last as long as it runs. Answers null for what it does not know. */
export class AlertingFixture {
  readonly #rules = new Map(rules().map(rule => [rule.id, rule]));
  readonly #versions = new Map<string, RuleVersion[]>();
  readonly #silences = new Map<string, Silence>();
  readonly #acks = new Map<string, { readonly by: string; readonly at: number; readonly until: number }>();
  #made = 0;

  /** What was asked to be silenced and acknowledged, over the alert's own view. */
  over(alertId: string): object {
    const acked = this.#acks.get(alertId);
    return acked ? { acked } : {};
  }

  answer(request: AlertingRequest): Answer | null {
    const [area, id = '', tail = ''] = request.parts;
    switch (area) {
      case 'rules':
        return this.#rule(request, id, tail);
      case 'silences':
        return this.#silence(request, id);
      case 'alerts':
        return tail === 'ack' ? this.#ack(request, id) : null;
      case 'channels':
        return id === '' ? list(CHANNELS) : { body: TESTS[id] };
      case 'receivers':
        return list(RECEIVERS);
      case 'rotas':
        return tail === 'schedule' ? { body: scheduleFrom(request.now) } : list(ROTAS);
      case 'metrics':
        return id === 'catalog' ? list(CATALOG) : null;
      default:
        return null;
    }
  }

  #rule({ method, params, body, ifMatch, now }: AlertingRequest, id: string, tail: string): Answer | null {
    if (id === '' && method === 'GET') return list([...this.#rules.values()]);
    if (id === 'next' || tail === 'history') return null;
    if (id === 'opted-out') return list([]);
    if (id === 'preview') return checked(body['rule'] as RuleDocument) ?? { body: preview(now) };
    if (id === '') return this.#save(`r${++this.#made + 100}`, body, now);
    const rule = this.#rules.get(id);
    if (!rule) return null;
    if (tail === 'versions') return list(this.#versionsOf(rule, now));
    if (tail === 'explain') return { body: explanation(Number(params.get('at'))) };
    if (tail === 'rollback') {
      const old = this.#versionsOf(rule, now).find(({ version }) => version === body['version']);
      return old ? this.#save(id, old.document, now) : null;
    }
    if (tail === 'restore') return this.#save(id, { ...rule, overridden: false } as RuleDocument, now);
    if (method === 'PUT') {
      if (ifMatch !== `"${rule.version}"`) return problem(412, 'version-conflict', 'the rule was changed meanwhile');
      return this.#save(id, body, now);
    }
    if (method === 'DELETE') {
      this.#rules.delete(id);
      return done;
    }
    return { body: rule };
  }

  #versionsOf(rule: Rule, now: number): RuleVersion[] {
    const known = this.#versions.get(rule.id) ?? [
      { version: rule.version, at: now - HOUR, who: 'li', document: rule },
      {
        version: String(Number(rule.version) - 1),
        at: now - 2 * HOUR,
        who: 'wang',
        document: { ...rule, condition: 'lag > 600000' },
      },
    ];
    this.#versions.set(rule.id, known);
    return known;
  }

  #save(id: string, document: RuleDocument, now: number): Answer {
    const wrong = checked(document);
    if (wrong) return wrong;
    const before = this.#rules.get(id);
    const version = String(Number(before?.version ?? 0) + 1);
    const rule = {
      metrics: [],
      schedule: '',
      name: '',
      ...document,
      id,
      version,
      origin: before?.origin ?? 'api',
    } as Rule;
    if (before) this.#versionsOf(before, now).unshift({ version, at: now, who: 'me', document });
    this.#rules.set(id, rule);
    return { body: rule };
  }

  #silence({ method, body, now }: AlertingRequest, id: string): Answer | null {
    if (id === '' && method === 'GET') return list([...this.#silences.values()]);
    const document = body as unknown as SilenceDocument;
    if (id === 'preview') {
      const job = document.matchers['job'];
      const alerts = alertsAt(now).filter(({ labels }) => labels['job'] === job);
      return { body: { alerts, notifications: alerts.length * 3, shortened: 0, partial: false } };
    }
    if (method === 'DELETE') {
      const found = this.#silences.get(id);
      if (found) this.#silences.set(id, { ...found, ends_at: now, state: 'expired' });
      return done;
    }
    if (method === 'GET') {
      const found = this.#silences.get(id);
      return found ? { body: found } : null;
    }
    const made = id || `s${++this.#made}`;
    const silence: Silence = { ...document, id: made, version: '1', state: 'active', managed: false };
    this.#silences.set(made, silence);
    return { body: silence };
  }

  #ack({ method, body, now }: AlertingRequest, id: string): Answer {
    if (method === 'DELETE') {
      this.#acks.delete(id);
      return done;
    }
    this.#acks.set(id, { by: 'li', at: now, until: now + Number.parseInt(String(body['ttl']), 10) * HOUR });
    return { body: {} };
  }
}

/** As the daemon judges it: a name it cannot have, and a word no formula knows. */
function checked(document: RuleDocument): Answer | null {
  const position = document.condition?.indexOf('andd') ?? -1;
  const errors = [
    ...(document.name ? [] : [{ path: 'name', message: 'a rule needs a name' }]),
    ...(position < 0 ? [] : [{ path: 'condition', position, message: 'unexpected "andd"' }]),
  ];
  return errors.length === 0 ? null : problem(422, 'bad-formula', errors[0]?.message ?? '', errors);
}

function preview(now: number): RulePreview {
  const labels = { job: SLOW_JOB, topic: 'dwd_order' };
  const calm = { job: 'etl_pay_clean', topic: 'ods_pay_log' };
  const lag = Math.round(lagMs(SLOW_JOB, now));
  const group = { formula: '', summary: '', result: true };
  return {
    t: now,
    from: now - 24 * HOUR,
    to: now,
    ticks: 288,
    groups: [
      { ...group, labels: calm, values: [3100, 3000], result: false, state: 'inactive' },
      { ...group, labels, values: [lag, 5100], state: 'firing' },
    ],
    groups_total: 2,
    bands: [
      { labels, state: 'pending', from: now - 6 * HOUR, to: now - 5 * HOUR },
      { labels, state: 'firing', from: now - 5 * HOUR, to: now },
    ],
    notifications: [{ t: now - 5 * HOUR, kind: 'firing', labels }],
    notifications_total: 4,
    notifications_by_kind: { firing: 1, repeat: 3 },
    truncated: false,
  };
}

function explanation(t: number): TickExplanation {
  const leaf = (text: string, value: number): { text: string; value: number } => ({ text, value });
  return {
    t,
    groups: [
      {
        labels: { job: SLOW_JOB, topic: 'dwd_order' },
        values: [780_000, 5100],
        reasons: [null, null],
        result: true,
        state: 'firing',
        previous_state: 'firing',
        levels: [
          {
            level: 'critical',
            tree: {
              text: 'lag > 300,000 and pct({0}, {1}) > 0.5',
              value: true,
              of: [
                { text: 'lag > 300,000', value: true, of: [leaf('lag', 780_000), leaf('300,000', 300_000)] },
                { text: 'pct({0}, {1}) > 0.5', value: null, reason: 'missing-baseline' },
              ],
            },
          },
        ],
        why: { told: false, code: 'interval', text: 'told before', since: t - 5 * MINUTE, until: t + 24 * MINUTE },
      },
    ],
  };
}

/** Turns of a week between two people, over two weeks. */
function scheduleFrom(from: number): OnCallSchedule {
  const to = from + 2 * WEEK;
  const first = Math.floor(from / WEEK);
  const spans = [first, first + 1, first + 2].map(n => ({
    from: Math.max(from, n * WEEK),
    to: Math.min(to, (n + 1) * WEEK),
    members: [n % 2 === 0 ? 'li' : 'wang'],
    by: 'layer 1',
  }));
  return { from, to, spans };
}
