import type { JSX } from 'preact';
import type { ColumnOrigin } from '../../../../api/lineage-answers.ts';
import { link, setParams } from '../../app/router.ts';
import { columnId, shortName } from '../../format/lineage-id.ts';
import { words } from '../../i18n/language.ts';
import { tip } from '../../parts/tip.ts';

/** Steps listed; the graph above holds them all. */
const LISTED = 40;

interface Props {
  readonly origins: readonly ColumnOrigin[];
  readonly control: boolean;
}

/** The way of a column in words, from the column back to its sources: which job fills it, with what expressions, from what. */
export function ColumnSteps({ origins, control }: Props): JSX.Element {
  const { columns: w } = words();
  const shown = origins.slice(0, LISTED);
  return (
    <>
      <ol class="column-steps" aria-label={w.steps} data-testid="column-steps">
        {shown.map(origin => (
          <Step key={`${origin.job} ${columnId(origin.dataset, origin.column)}`} origin={origin} control={control} />
        ))}
      </ol>
      {origins.length > shown.length && <p class="card-body muted">{w.moreSteps(origins.length - shown.length)}</p>}
    </>
  );
}

function Step({ origin, control }: { origin: ColumnOrigin; control: boolean }): JSX.Element {
  const { columns: w } = words();
  const job = origin.job.slice(origin.job.indexOf(':') + 1);
  const sources = origin.sources.filter(({ type }) => control || type === 'value');
  return (
    <li>
      <p class="row wrap">
        <span class="mono strong">
          {shortName(origin.dataset)}.{origin.column}
        </span>
        <span class="muted">{w.filledBy}</span>
        {origin.job.startsWith('job:') ? (
          <a href={link(`/jobs/${encodeURIComponent(job)}`)}>{job}</a>
        ) : (
          <span>{job}</span>
        )}
        {origin.functions.map(name => (
          <span key={name} class="pill mono" {...tip(w.functionHow)}>
            {name}
          </span>
        ))}
        {origin.open && (
          <span class="pill level-warning" {...tip(w.openHow)}>
            {w.open}
          </span>
        )}
      </p>
      {origin.steps.length > 0 && (
        <p class="mono column-expression">
          {origin.steps.map((step, i) => (
            <span key={i}>
              {i > 0 && <span class="muted"> → </span>}
              {step}
            </span>
          ))}
        </p>
      )}
      <ul class="row wrap column-sources">
        {sources.length === 0 && <li class="muted">{origin.open ? w.openHow : w.noValue}</li>}
        {sources.map(({ dataset, column, type, roles }) => (
          <li key={`${dataset}#${column} ${type}`} class="row">
            <button
              type="button"
              class={`value-link mono ${type}`}
              onClick={() => setParams({ column: columnId(dataset, column) }, { push: true })}
              {...tip(dataset)}
            >
              {shortName(dataset)}.{column}
            </button>
            {type === 'control' && <span class="muted">{(roles ?? []).map(role => w.roles[role]).join(', ')}</span>}
          </li>
        ))}
      </ul>
    </li>
  );
}
