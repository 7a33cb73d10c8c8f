import './diagnosis.css';
import type { JSX } from 'preact';
import type { CauseView, DiagnosisView, EvidenceView } from '../../../../api/diagnosis-answer.ts';
import { getDiagnosis } from '../../api/diagnosis.ts';
import { useLive } from '../../api/live.ts';
import { link } from '../../app/router.ts';
import { percent } from '../../format/number.ts';
import { fullTime } from '../../format/time.ts';
import { language, words } from '../../i18n/language.ts';
import { Card } from '../../parts/card.tsx';
import { Region } from '../../parts/states.tsx';
import { tip } from '../../parts/tip.ts';
import { DiagnosisParallelism } from './diagnosis-parallelism.tsx';

/** Why the job is late: at most three causes with their evidence, what to do, and how many subtasks would do. */
export function Diagnosis({ job }: { job: string }): JSX.Element {
  const lang = language();
  const live = useLive(`diagnosis/${job}/${lang}`, signal => getDiagnosis(job, lang, signal));
  return (
    <Card title={words().diagnosis.title} id="diagnosis">
      <Region live={live} rows={3}>
        {answer => <Answer answer={answer} />}
      </Region>
    </Card>
  );
}

function Answer({ answer }: { answer: DiagnosisView }): JSX.Element {
  const { diagnosis: w } = words();
  const { diagnoses, symptoms, unknown, log_line: line } = answer;
  if (diagnoses.length === 0)
    return (
      <div class="card-body stack">
        <p class="muted">{answer.ended ? w.ended : w.calm}</p>
        <Sentences title={w.noticed} items={symptoms} />
        <DiagnosisParallelism parallelism={answer.parallelism} />
        <Unknown unknown={unknown} />
      </div>
    );
  return (
    <div class="card-body stack">
      <ol class="causes">
        {diagnoses.map(cause => (
          <Cause key={cause.cause} cause={cause} job={answer.job} />
        ))}
      </ol>
      {line && (
        <p class="cause-log">
          <a href={link('/logs', { job: answer.job, q: 'level:>=WARN' })} {...tip(fullTime(line.ts))}>
            {w.log}
          </a>{' '}
          <span class="mono">{line.text}</span>
        </p>
      )}
      <DiagnosisParallelism parallelism={answer.parallelism} />
      <Unknown unknown={unknown} />
    </div>
  );
}

function Cause({ cause, job }: { cause: CauseView; job: string }): JSX.Element {
  const { diagnosis: w } = words();
  return (
    <li class="cause">
      <p class="cause-name">
        <strong>{cause.name}</strong>
        <span class="muted" {...tip(w.confidenceHow)}>
          {w.confidence(percent(cause.confidence))}
        </span>
      </p>
      <ul>
        {cause.evidence.map(evidence => (
          <li key={evidence.symptom}>
            <Evidence evidence={evidence} job={job} />
          </li>
        ))}
      </ul>
      <Sentences title={w.against} items={cause.against} />
      {cause.missing.length > 0 && <p class="muted">{w.missing(cause.missing.map(({ text }) => text).join(', '))}</p>}
      {cause.tried_in_vain && <p class="muted">{w.inVain}</p>}
      <p>→ {cause.suggestion}</p>
    </li>
  );
}

/** Leads to the subtask, to the other hop, or nowhere. */
function Evidence({ evidence, job }: { evidence: EvidenceView; job: string }): JSX.Element {
  const { text, task_manager, subtask, hop } = evidence;
  if (hop !== null && evidence.symptom !== 'age-grows') return <a href={link('/lineage', { root: hop })}>{text}</a>;
  if (subtask !== null && task_manager !== null)
    return <a href={link('/logs', { job, q: `host:"${task_manager.split(':')[0]}"` })}>{text}</a>;
  return <span>{text}</span>;
}

/** Two symptoms may read the same: once is enough. */
function Sentences({ title, items }: { title: string; items: readonly EvidenceView[] }): JSX.Element | null {
  if (items.length === 0) return null;
  return (
    <div>
      <p class="muted">{title}</p>
      <ul class="sentences">
        {[...new Set(items.map(({ text }) => text))].map(text => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </div>
  );
}

function Unknown({ unknown }: { unknown: DiagnosisView['unknown'] }): JSX.Element | null {
  if (unknown.length === 0) return null;
  return (
    <details class="muted">
      <summary>{words().diagnosis.unknown}</summary>
      {unknown.map(({ text }) => text).join(', ')}
    </details>
  );
}
