import type { JSX } from 'preact';
import { useLive } from '../../api/live.ts';
import { previewSilence, type SilenceDocument } from '../../api/silences.ts';
import { link } from '../../app/router.ts';
import { moreWords } from '../../i18n/alerting-more.ts';
import { Card } from '../../parts/card.tsx';
import { Loading } from '../../parts/states.tsx';
import { useSettled } from '../../parts/use-settled.ts';
import { describeMatchers } from '../rules/rule-text.ts';

const PAUSE_MS = 400;
const SHOWN = 20;

/** Whom a silence would hush: the alerts it matches now, and notifications of the last 7 days. */
export function SilenceEffect({ document }: { document: SilenceDocument }): JSX.Element {
  const { silences: w } = moreWords();
  const key = JSON.stringify(document);
  const settled = useSettled(key, PAUSE_MS);
  const named = Object.values(document.matchers).some(
    value => (typeof value === 'string' ? value : value.value) !== '',
  );
  const live = useLive(
    named ? `silence-preview/${settled}` : null,
    signal => previewSilence(JSON.parse(settled) as SilenceDocument, signal),
    { keepOld: true },
  );
  return (
    <Card title={w.preview}>
      {!named ? (
        <p class="card-body muted">{w.previewNeeds}</p>
      ) : live.error ? (
        <p class="card-body field-wrong">{live.error.message}</p>
      ) : live.data === undefined ? (
        <Loading rows={2} />
      ) : (
        <div data-testid="silence-effect" aria-live="polite">
          <p class="card-body">
            <span class="strong">{w.matchesNow(live.data.alerts.length)}</span>
            <br />
            {w.past(live.data.notifications)} {live.data.partial && <span class="muted">({w.partial})</span>}
          </p>
          <ul class="lines">
            {live.data.alerts.slice(0, SHOWN).map(({ id, labels }) => (
              <li key={id}>
                <a class="row" href={link(`/alerts/${encodeURIComponent(id)}`)}>
                  <span class="ellipsis mono">{describeMatchers(labels)}</span>
                </a>
              </li>
            ))}
          </ul>
        </div>
      )}
    </Card>
  );
}
