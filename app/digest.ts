/** The daily digest (日报): once a day each owner is told how the reports kept their promises. It goes through the outbox like any other notice. */
import type { Logger } from 'pino';
import { compileSchedule } from '../alerting/evaluate/schedule.ts';
import type { Digest, DigestRow } from '../alerting/notify/digest-message.ts';
import type { Message } from '../alerting/notify/message.ts';
import { newRow, outboxId } from '../alerting/notify/outbox-body.ts';
import { type Directory, resolveReceivers } from '../alerting/notify/receivers.ts';
import type { FreshnessRecorder } from '../lineage/lag/recorder.ts';
import { type ReportDay, reportDays } from '../lineage/objectives/digest.ts';
import type { ObjectiveKeeper } from '../lineage/objectives/objective-keeper.ts';
import { freshnessSentence, levelWord } from '../lineage/objectives/words.ts';
import type { Clock } from '../model/clock.ts';
import { type Repeated, repeat } from '../model/repeat.ts';
import { bilingual, culpritText, digestTitle } from '../reporters/digest-words.ts';
import type { OutboxRow, StateStore } from '../store/state-store.ts';
import type { AppConfig } from './config.ts';

/** How often it is looked whether one is due. */
const LOOK_MS = 15_000;
const DAY_MS = 86_400_000;
/** Reports in one message. */
const MAX_ROWS = 100;
/** Later than this it is said to be late. */
const LATE_MS = 600_000;
const SETTING = 'digest';

export interface DigestParts {
  readonly config: () => Pick<AppConfig, 'digest' | 'owners'>;
  readonly publicUrl: string;
  readonly recorder: Pick<FreshnessRecorder, 'freshness'>;
  readonly objectives: Pick<ObjectiveKeeper, 'tracked'>;
  readonly directory: () => Directory;
  readonly state: Pick<StateStore, 'get' | 'put' | 'commitFlush'>;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn' | 'info'>;
}

export interface DigestSender extends Repeated {
  /** Sends what is due now. Rejects with `StoreAwayError`. */
  look(): Promise<void>;
}

/** Who gets a digest, of which reports. */
interface Letter {
  readonly name: string;
  readonly channels: readonly string[];
  readonly days: readonly ReportDay[];
}

/**
 * Looks on and on whether a digest is due. What was missed while the daemon was down is sent once, late: the newest only. A crash between
 * the outbox and the mark of what was sent repeats the same rows under the same ids, which change nothing.
 */
export function createDigestSender(parts: DigestParts): DigestSender {
  const { state, clock, logger } = parts;

  async function look(): Promise<void> {
    const { digest } = parts.config();
    if (digest === undefined) return;
    const now = clock.now();
    const mark = await state.get<{ readonly at: number }>('setting', SETTING);
    // The first start has missed nothing.
    if (mark === null) return void (await state.put('setting', SETTING, { at: now }, 'any'));
    const schedule = compileSchedule(digest.schedule, digest.zone);
    const tick = schedule.between(mark.body.at, now, 1).ticks.at(-1);
    if (tick === undefined) return;
    const from = Math.max(
      tick - 7 * DAY_MS,
      schedule.between(tick - 7 * DAY_MS, tick - 1, 1).ticks.at(-1) ?? tick - DAY_MS,
    );
    const letters = lettersOf(parts, { from, to: tick });
    const outbox = letters.flatMap(letter => rowsOf(letter, tick, { from, to: tick }, parts));
    if (outbox.length > 0) await state.commitFlush(SETTING, null, { state: null, consumedIntents: [], outbox });
    await state.put('setting', SETTING, { at: tick }, 'any');
    logger.info({ tick, messages: outbox.length }, 'digest of reports handed to the outbox');
  }

  const looking = repeat(clock, LOOK_MS, () =>
    look().catch(error => logger.warn({ err: error }, 'the digest could not be sent, will be repeated')),
  );
  return { look, ...looking };
}

/** One for the receivers the configuration names, of all reports; without them one for each owner, of the owner's. */
function lettersOf(parts: DigestParts, day: { readonly from: number; readonly to: number }): readonly Letter[] {
  const { digest, owners } = parts.config();
  const directory = parts.directory();
  const days = reportDays(parts.recorder.freshness(parts.clock.now()), name => parts.objectives.tracked(name), day);
  const letter = (name: string, receivers: readonly string[], of: readonly ReportDay[]): readonly Letter[] => {
    const { channels, unknown } = resolveReceivers(receivers, directory);
    if (unknown.length > 0 || channels.length === 0)
      parts.logger.warn({ digest: name, unknown }, 'receivers of the digest lead to no channel');
    return channels.length === 0 || of.length === 0 ? [] : [{ name, channels, days: of }];
  };
  if (digest?.receivers !== undefined) return letter('', digest.receivers, days);
  return [...Map.groupBy(days, ({ owner }) => owner)].flatMap(([owner, of]) => {
    const receivers = owners[owner];
    return receivers === undefined ? [] : letter(owner, receivers, of);
  });
}

function rowsOf(
  { name, channels, days }: Letter,
  tick: number,
  day: { readonly from: number; readonly to: number },
  { publicUrl, config, clock }: DigestParts,
): readonly OutboxRow[] {
  const zone = config().digest?.zone ?? 'UTC';
  const groupKey = `${SETTING}:${name}`;
  const shown = days.slice(0, MAX_ROWS).map(report => digestRow(report, zone, publicUrl));
  const digest: Digest = {
    ...day,
    owner: name,
    judged: days.filter(({ standing }) => standing !== null).length,
    lateReports: days.filter(report => report.late > 0).length,
    lateMinutes: days.reduce((sum, report) => sum + report.late, 0),
    unknownMinutes: days.reduce((sum, report) => sum + report.unknown, 0),
    sentLate: clock.now() - tick > LATE_MS,
    rows: shown,
    omitted: days.length - shown.length,
  };
  const message = (channel: string): Message => ({
    status: 'info',
    severity: 'info',
    title: digestTitle(digest, 'both'),
    groupKey,
    groupLabels: name === '' ? {} : { owner: name },
    receiver: name === '' ? channel : name,
    at: tick,
    zone,
    alerts: shown.map(row => ({
      status: 'meta',
      labels: { alertname: 'freshness digest', report: row.report, severity: row.level === 'ok' ? 'info' : 'warning' },
      startsAt: day.from,
      endsAt: day.to,
      summary: summaryOf(row),
      formula: '',
      annotations: [],
      values: [],
      url: row.url,
      owner: name,
      affects: [],
    })),
    omitted: digest.omitted,
    url: `${publicUrl}/freshness${name === '' ? '' : `?owner=${encodeURIComponent(name)}`}`,
    digest,
  });
  return channels.map(channel =>
    newRow({
      id: outboxId(channel, groupKey, String(tick), 'digest', 0),
      channel,
      at: clock.now(),
      kind: 'meta',
      message: message(channel),
      alerts: shown.map(({ report }) => ({
        key: `${groupKey}\u0001${report}`,
        episode: `${groupKey} ${tick} ${report}`,
        status: 'meta' as const,
        labels: { alertname: 'freshness digest', report },
      })),
    }),
  );
}

function digestRow(
  { report, level, freshness, standing, ...day }: ReportDay,
  zone: string,
  publicUrl: string,
): DigestRow {
  const told = { level, zone };
  return {
    report,
    url: `${publicUrl}/freshness/${encodeURIComponent(report)}`,
    level,
    state: { zh: levelWord(level, 'zh'), en: levelWord(level, 'en') },
    text: {
      zh: freshnessSentence(freshness, { ...told, language: 'zh' }),
      en: freshnessSentence(freshness, { ...told, language: 'en' }),
    },
    attainment: standing?.attainment ?? null,
    target: standing?.target ?? null,
    budgetLeft: standing?.budget.left_ratio ?? null,
    late: day.late,
    unknown: day.unknown,
    culprits: day.culprits.slice(0, 5),
    incidents: day.incidents,
    more: day.incidentCount - day.incidents.length,
  };
}

/** The line of channels that know alerts only (webhooks); mails and chats are told `Message.digest` in their own language. */
function summaryOf(row: DigestRow): string {
  const attained = row.attainment === null ? '' : ` · ${(row.attainment * 100).toFixed(2)} %`;
  const late = row.late + row.unknown === 0 ? '' : ` · ${row.late + row.unknown} min`;
  const causes = culpritText(row);
  return `[${bilingual(row.state, 'both')}] ${row.report}: ${bilingual(row.text, 'both')}${attained}${late}${causes === '' ? '' : ` (${causes})`}`;
}
