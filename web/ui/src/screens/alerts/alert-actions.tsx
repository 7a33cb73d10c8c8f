import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { type AlertDetail, acknowledge, endAcknowledgement, isOver } from '../../api/alerts.ts';
import { now, refreshNow, useLive } from '../../api/live.ts';
import { createSilence, previewSilence } from '../../api/silences.ts';
import { link, param, setParams } from '../../app/router.ts';
import { duration } from '../../format/duration.ts';
import { clock } from '../../format/time.ts';
import { moreWords } from '../../i18n/alerting-more.ts';

const ACK_TTLS = ['1h', '4h', '12h', '24h'] as const;
const HOUR = 3_600_000;
const SILENCE_HOURS = [1, 2, 8, 24] as const;

/** Taking an alert on, and silencing it, also the next of its kind: the first click shows what a silence would hush, the second makes it. */
export function AlertActions({ alert }: { alert: AlertDetail }): JSX.Element {
  const { alert: w, editor } = moreWords();
  const [ttl, setTtl] = useState<string>('4h');
  const [failure, setFailure] = useState('');
  const done = (action: Promise<unknown>): void => {
    setFailure('');
    action.then(refreshNow, error => setFailure(editor.failed(error instanceof Error ? error.message : String(error))));
  };
  const open = param('silence') === '1';
  const over = isOver(alert);
  return (
    <div class="stack" data-testid="alert-actions">
      <div class="row wrap">
        {alert.acked ? (
          <>
            <span class="pill">{w.acked(alert.acked.by, clock(alert.acked.until))}</span>
            <button type="button" class="button" onClick={() => done(endAcknowledgement(alert.id))}>
              {w.unack}
            </button>
          </>
        ) : (
          alert.state !== 'pending' &&
          !over && (
            <>
              <button type="button" class="button primary" onClick={() => done(acknowledge(alert.id, ttl))}>
                {w.ack}
              </button>
              <select
                class="select"
                aria-label={w.ackFor}
                value={ttl}
                onChange={event => setTtl(event.currentTarget.value)}
              >
                {ACK_TTLS.map(each => (
                  <option key={each} value={each}>
                    {duration(Number.parseInt(each, 10) * HOUR)}
                  </option>
                ))}
              </select>
            </>
          )
        )}
        <button
          type="button"
          class="button"
          aria-expanded={open}
          onClick={() => setParams({ silence: open ? undefined : '1' })}
        >
          {over ? w.silenceAgain : w.silence}
        </button>
        {alert.silenced_by?.map(id => (
          <a key={id} class="pill" href={link(`/silences/${encodeURIComponent(id)}`)}>
            {w.silenced}
          </a>
        ))}
        {alert.inhibited_by && (
          <a class="pill" href={link(`/alerts/${encodeURIComponent(alert.inhibited_by.source)}`)}>
            {w.inhibited} · {w.openSource}
          </a>
        )}
        {failure && (
          <span role="alert" class="level-critical">
            {failure}
          </span>
        )}
      </div>
      {open && <SilencePanel alert={alert} onDone={done} />}
    </div>
  );
}

function SilencePanel({
  alert,
  onDone,
}: {
  alert: AlertDetail;
  onDone: (action: Promise<unknown>) => void;
}): JSX.Element {
  const { alert: w } = moreWords();
  const [hours, setHours] = useState<number>(2);
  const { severity: _, ...matchers } = alert.labels;
  const effect = useLive(`silence-of/${alert.id}`, signal => previewSilence({ matchers }, signal), { every: Infinity });
  const silence = async (): Promise<void> => {
    await createSilence({
      matchers,
      starts_at: now.peek(),
      ends_at: now.peek() + hours * HOUR,
      comment: w.by,
    });
    setParams({ silence: undefined });
  };
  const custom = Object.fromEntries(Object.entries(matchers).map(([name, value]) => [`m.${name}`, value]));
  return (
    <div class="note row wrap" data-testid="silence-panel">
      <select
        class="select"
        aria-label={w.silenceFor}
        value={hours}
        onChange={event => setHours(Number(event.currentTarget.value))}
      >
        {SILENCE_HOURS.map(each => (
          <option key={each} value={each}>
            {duration(each * HOUR)}
          </option>
        ))}
      </select>
      <button type="button" class="button primary" onClick={() => onDone(silence())}>
        {w.doSilence}
      </button>
      <span class="grow" aria-live="polite">
        {effect.data && (
          <>
            <span class="strong">{w.affectsNow(effect.data.alerts.length)}</span>
            {' · '}
            {w.affectedPast(effect.data.notifications)}
          </>
        )}
      </span>
      <a href={link('/silences/new', custom)}>{w.adjust}</a>
    </div>
  );
}
