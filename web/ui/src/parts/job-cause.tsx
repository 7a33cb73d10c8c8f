import type { JSX } from 'preact';
import { getDiagnosis } from '../api/diagnosis.ts';
import { useLive } from '../api/live.ts';
import { link } from '../app/router.ts';
import { percent } from '../format/number.ts';
import { clock, fullTime } from '../format/time.ts';
import { language, words } from '../i18n/language.ts';
import { Region } from './states.tsx';
import { tip } from './tip.ts';

/** Evidence told here; the job's page has all of it. */
const FACTS = 2;

/** The likeliest cause of a job's lag with what it rests on and what to do, else what was noticed; `at` null is now. */
export function JobCause({ job, at }: { job: string; at: number | null }): JSX.Element {
  const { diagnosis: w } = words();
  const lang = language();
  const live = useLive(
    `diagnosis/${job}/${lang}/${at}`,
    signal => getDiagnosis(job, lang, signal, at ?? undefined),
    at === null ? {} : { every: Infinity },
  );
  return (
    <Region live={live} rows={1}>
      {({ diagnoses: [first], symptoms }) =>
        first === undefined ? (
          <>
            <p class="muted">{w.noCause}</p>
            <Facts of={symptoms} />
          </>
        ) : (
          <>
            <p class="row wrap">
              <a class="strong" href={link(`/jobs/${encodeURIComponent(job)}`)}>
                {first.name}
              </a>
              <span class="muted" {...tip(w.confidenceHow)}>
                {w.confidence(percent(first.confidence))}
              </span>
              <AsOfTime at={at} />
            </p>
            <Facts of={first.evidence} />
            <p>→ {first.suggestion}</p>
          </>
        )
      }
    </Region>
  );
}

/** Two symptoms may read the same: once is enough. */
function Facts({ of }: { of: readonly { readonly text: string }[] }): JSX.Element {
  return (
    <>
      {[...new Set(of.map(({ text }) => text))].slice(0, FACTS).map(text => (
        <p key={text} class="soft">
          {text}
        </p>
      ))}
    </>
  );
}

/** That something is said of an instant of the past; nothing for now. */
export function AsOfTime({ at }: { at: number | null }): JSX.Element | null {
  return at === null ? null : (
    <span class="muted" {...tip(fullTime(at))}>
      {words().diagnosis.asOf(clock(at))}
    </span>
  );
}
