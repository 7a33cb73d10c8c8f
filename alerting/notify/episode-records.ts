/** Everything that was said, or was to be said, of one alert: the delivery log and the intents no flush has taken yet. */
import { type Labels, labelsKey } from '../../model/labels.ts';
import type { OutboxRow, StateStore } from '../../store/state-store.ts';
import type { IntentKind } from '../intent.ts';
import { alertStatus } from './compose.ts';
import { type Delivery, toDelivery } from './deliveries.ts';
import { StoredIntentBody } from './group.ts';
import type { MessageAlert } from './message.ts';
import { decodeBody } from './outbox-body.ts';

/** One transition of the alert in the words of its message. */
export interface EpisodeRecord
  extends Pick<
    MessageAlert,
    'status' | 'labels' | 'startsAt' | 'endsAt' | 'summary' | 'formula' | 'annotations' | 'values'
  > {
  /** Tick it speaks of, epoch ms; of a message for many alerts the newest of theirs. */
  readonly t: number;
  readonly ruleId: string;
  /** `meta`: the daemon spoke about the rule, not about a group of it. */
  readonly kind: 'rule' | 'meta';
  readonly reason?: string | undefined;
}

/** `records` oldest first, `deliveries` newest first. */
export interface EpisodeRecords {
  readonly records: readonly EpisodeRecord[];
  readonly deliveries: readonly Delivery[];
}

const PAGE = 500;
/** Rows of the delivery log looked at. */
const MAX_SCAN = 5_000;
const MAX_DELIVERIES = 100;
/** A message may be older than an alert that was taken into it while it waited, ms. */
const OLDER_MS = 3_600_000;

/** Of `episode`, which began at `startsAt`. Of a delivery log with more than 5,000 rows since then only the newest are seen. */
export async function episodeRecords(
  state: Pick<StateStore, 'listOutbox' | 'openIntents'>,
  episode: string,
  startsAt: number,
  signal?: AbortSignal,
): Promise<EpisodeRecords> {
  const rows = await rowsSince(state, startsAt - OLDER_MS, signal);
  const records: EpisodeRecord[] = [];
  const deliveries: Delivery[] = [];
  for (const row of rows) {
    const body = decodeBody(row.body);
    const ref = body?.alerts.find(each => each.episode === episode);
    if (!body || !ref) continue;
    if (deliveries.length < MAX_DELIVERIES) deliveries.push(toDelivery(row));
    // An alert past the message's reach is only counted in it.
    const alert = body.message.alerts.find(each => each.startsAt === startsAt && sameLabels(each.labels, ref.labels));
    if (alert)
      records.push({ ...alert, t: body.message.at, ruleId: ref.key.split('\u0001')[0] ?? '', kind: kindOf(body.kind) });
  }
  for (const stored of await state.openIntents(signal)) {
    const parsed = StoredIntentBody.safeParse(stored.body);
    if (parsed.success && parsed.data.episode === episode)
      records.push({ ...parsed.data, status: alertStatus(parsed.data), kind: kindOf(parsed.data.kind) });
  }
  return { records: records.sort((a, b) => a.t - b.t), deliveries };
}

function sameLabels(a: Labels, b: Labels): boolean {
  return labelsKey(a) === labelsKey(b);
}

function kindOf(kind: IntentKind): 'rule' | 'meta' {
  return kind === 'meta' || kind === 'nodata' || kind === 'nodata_resolved' ? 'meta' : 'rule';
}

async function rowsSince(
  state: Pick<StateStore, 'listOutbox'>,
  since: number,
  signal: AbortSignal | undefined,
): Promise<readonly OutboxRow[]> {
  const rows: OutboxRow[] = [];
  let cursor: string | undefined;
  while (rows.length < MAX_SCAN) {
    const page = await state.listOutbox({ limit: PAGE, ...(cursor === undefined ? {} : { cursor }) }, signal);
    rows.push(...page.items);
    if (page.next === null || (page.items.at(-1)?.createdAt ?? 0) < since) break;
    cursor = page.next;
  }
  return rows;
}
