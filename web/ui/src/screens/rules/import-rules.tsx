import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { ApiError } from '../../api/client.ts';
import { refreshNow } from '../../api/live.ts';
import { createRule, importPrometheus, type RuleDocument, type RuleImport } from '../../api/rules.ts';
import { link } from '../../app/router.ts';
import { words } from '../../i18n/language.ts';
import { notificationWords } from '../../i18n/notification.ts';
import { Card } from '../../parts/card.tsx';
import { ImportReport } from './import-report.tsx';
import { describeMetric } from './rule-text.ts';

/** What became of a rule that was to be taken over: its id, or why it was refused. */
type Taken = { readonly id: string } | { readonly refused: string };

/** Prometheus rules: a file pasted or chosen, what it becomes, what does not convert, and taking it over. */
export function ImportRules(): JSX.Element {
  const { importRules: w } = notificationWords();
  const { alerts } = words();
  const [text, setText] = useState('');
  const [busy, setBusy] = useState('');
  const [failure, setFailure] = useState<ApiError | null>(null);
  const [found, setFound] = useState<RuleImport | null>(null);
  const convert = async (source: string): Promise<void> => {
    setBusy(w.converting);
    setFailure(null);
    setFound(null);
    try {
      setFound(await importPrometheus(source));
    } catch (error) {
      setFailure(error instanceof ApiError ? error : new ApiError('internal', 0, String(error)));
    } finally {
      setBusy('');
    }
  };
  const choose = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    const content = await file.text();
    setText(content);
    await convert(content);
  };
  return (
    <form
      class="stack"
      style={{ gap: '16px' }}
      data-testid="import"
      onSubmit={event => {
        event.preventDefault();
        void convert(text);
      }}
    >
      <div>
        <a href={link('/rules')}>← {alerts.tabs.rules}</a>
        <h2>{w.title}</h2>
      </div>
      <section class="card">
        <div class="card-head">
          <span class="grow muted">{w.how}</span>
          <label class="button import-file">
            {w.choose}
            <input
              type="file"
              accept=".yaml,.yml,.rules,text/yaml"
              onChange={event => void choose(event.currentTarget.files?.[0])}
            />
          </label>
          <button type="submit" class="button primary" disabled={busy !== '' || text.trim() === ''}>
            {busy || w.convert}
          </button>
        </div>
        <textarea
          class="text-side mono"
          aria-label={w.text}
          placeholder={EXAMPLE}
          spellcheck={false}
          rows={12}
          value={text}
          onInput={event => {
            setText(event.currentTarget.value);
            setFound(null);
            setFailure(null);
          }}
        />
      </section>
      {failure && (
        <div class="notice wrap" role="alert">
          {w.failed(failure.issues.length === 0 ? failure.message : '')}
          {failure.issues.map(({ line, column, path, message }) => (
            <span key={`${line}:${column} ${path}`}>
              {line !== undefined && `${w.at(line, column ?? 1)}: `}
              {path ? `${path}: ` : ''}
              {message}
            </span>
          ))}
        </div>
      )}
      {found && <Converted key={JSON.stringify(found)} found={found} />}
      {found && <ImportReport remarks={found.remarks} />}
    </form>
  );
}

const EXAMPLE = `groups:
  - name: kafka
    rules:
      - alert: ConsumerLag
        expr: sum by (topic) (kafka_consumergroup_lag) > 100000
        for: 10m`;

/** The rules to choose from, each with what became of it. */
function Converted({ found: { rules } }: { found: RuleImport }): JSX.Element {
  const { importRules: w } = notificationWords();
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [taken, setTaken] = useState<ReadonlyMap<string, Taken>>(new Map());
  const [busy, setBusy] = useState('');
  const isTaken = (name: string | undefined): boolean => 'id' in (taken.get(name ?? '') ?? {});
  const chosen = rules.filter(({ name }) => !left.has(name ?? '') && !isTaken(name));
  const take = async (): Promise<void> => {
    const outcome = new Map(taken);
    for (const [i, rule] of chosen.entries()) {
      setBusy(w.taking(i + 1, chosen.length));
      outcome.set(rule.name ?? '', await create(rule));
      setTaken(new Map(outcome));
    }
    setBusy('');
    refreshNow();
  };
  const refused = [...taken.values()].filter(each => 'refused' in each).length;
  return (
    <Card
      title={w.rules}
      count={rules.length}
      more={
        rules.length > 0 && (
          <button
            type="button"
            class="button primary"
            disabled={busy !== '' || chosen.length === 0}
            onClick={() => void take()}
          >
            {busy || w.take(chosen.length)}
          </button>
        )
      }
    >
      {rules.length === 0 && <p class="card-body muted">{w.none}</p>}
      <p role="status" class={taken.size > 0 && !busy ? 'card-body strong' : ''}>
        {taken.size > 0 && !busy ? w.done(taken.size - refused, refused) : ''}
      </p>
      <ul>
        {rules.map(rule => (
          <Line
            key={rule.name}
            rule={rule}
            taken={taken.get(rule.name ?? '')}
            chosen={!left.has(rule.name ?? '')}
            onChoose={() => {
              const next = new Set(left);
              if (!next.delete(rule.name ?? '')) next.add(rule.name ?? '');
              setLeft(next);
            }}
          />
        ))}
      </ul>
    </Card>
  );
}

interface LineProps {
  readonly rule: RuleDocument;
  readonly taken: Taken | undefined;
  readonly chosen: boolean;
  readonly onChoose: () => void;
}

function Line({ rule, taken, chosen, onChoose }: LineProps): JSX.Element {
  const { importRules: w } = notificationWords();
  const name = rule.name ?? '';
  const done = taken !== undefined && 'id' in taken;
  return (
    <li class="import-rule" data-testid="import-rule">
      <input type="checkbox" aria-label={w.choice(name)} checked={chosen} disabled={done} onChange={onChoose} />
      <div class="import-what">
        <span>
          {done ? (
            <a href={link(`/rules/${encodeURIComponent(taken.id)}`)}>{name}</a>
          ) : (
            <span class="strong">{name}</span>
          )}{' '}
          <span class="muted">
            {rule.level} · {rule.schedule}
          </span>{' '}
          {done && <span class="pill level-ok">{w.taken}</span>}
        </span>
        <span class="mono soft">
          {rule.condition} · {rule.metrics?.map((row, i) => `{${i}} = ${describeMetric(row)}`).join(', ')}
        </span>
        {taken && 'refused' in taken && <span class="field-wrong">{taken.refused}</span>}
      </div>
    </li>
  );
}

async function create(rule: RuleDocument): Promise<Taken> {
  try {
    return { id: (await createRule(rule)).id };
  } catch (error) {
    return { refused: error instanceof Error ? error.message : String(error) };
  }
}
