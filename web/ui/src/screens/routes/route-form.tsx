import type { JSX } from 'preact';
import type { InputIssue } from '../../api/client.ts';
import type { Route, RouteDocument } from '../../api/routes.ts';
import { namedMatchers } from '../../api/rules.ts';
import { notificationWords } from '../../i18n/notification.ts';
import { Card } from '../../parts/card.tsx';
import { MatcherRows } from '../../parts/matcher-rows.tsx';
import { DocumentEditor } from '../channels/document-editor.tsx';
import { NamesField, useKnownNames } from '../channels/names-field.tsx';
import { TestCard } from '../channels/test-card.tsx';
import { numberOrText, withField } from '../channels/written.ts';
import { issuesAt, TextField } from '../rules/field.tsx';
import { Escalation } from './escalation.tsx';
import { RouteEffect } from './route-effect.tsx';

const FIRST: RouteDocument = { matchers: { '': '' }, receivers: [], group_by: ['job'] };
const TIMES = [
  ['group_wait', '30s'],
  ['group_interval', '5m'],
  ['repeat_interval', ''],
  ['ack_ttl', '4h'],
] as const;

/** A route to make or to change, with the alerts of now it would take beside it. */
export function RouteForm({ route }: { route: Route | null }): JSX.Element {
  const { routes: w } = notificationWords();
  const known = useKnownNames();
  return (
    <DocumentEditor<RouteDocument>
      kind="routes"
      title={saved => (saved ? w.edit : w.create)}
      stored={route}
      draft={FIRST}
      back="/routes"
      removeSure={() => w.removeSure}
      finish={doc => ({ ...doc, matchers: namedMatchers(doc.matchers ?? {}) })}
      side={({ finished, saved }) => (
        <>
          <RouteEffect document={finished} id={saved?.id} />
          <TestCard names={finished.receivers} />
        </>
      )}
    >
      {({ document, issues, onChange }) => (
        <>
          <Card title={w.which}>
            <div class="card-body fields">
              <TextField
                label={w.name}
                value={document.name}
                onText={name => onChange(withField(document, 'name', name))}
                issues={issuesAt(issues, 'name')}
              />
              <OrderField document={document} issues={issues} onChange={onChange} />
              <div class="field wide-field">
                <span class="field-label">{w.matchers}</span>
                <MatcherRows
                  label={w.matchers}
                  matchers={document.matchers ?? {}}
                  onChange={matchers => onChange({ ...document, matchers })}
                />
                <p class="muted field-hint">{w.matchersHow}</p>
                {issuesAt(issues, 'matchers').map(({ path, message }) => (
                  <p key={path} class="field-wrong">
                    {message}
                  </p>
                ))}
              </div>
              <label class="row wide-field">
                <input
                  type="checkbox"
                  checked={document.continue === true}
                  onChange={event => onChange({ ...document, continue: event.currentTarget.checked })}
                />{' '}
                {w.continue}
              </label>
            </div>
          </Card>
          <Card title={w.whom}>
            <div class="card-body fields">
              <NamesField
                label={w.receivers}
                hint={w.receiversHow}
                names={document.receivers}
                onChange={receivers => onChange({ ...document, receivers })}
                issues={issuesAt(issues, 'receivers')}
                known={known}
              />
              <Escalation document={document} issues={issues} onChange={onChange} known={known} />
            </div>
          </Card>
          <Card title={w.when}>
            <div class="card-body fields">
              <NamesField
                label={w.groupBy}
                hint={w.groupByHow}
                names={document.group_by ?? []}
                onChange={group_by => onChange({ ...document, group_by })}
                issues={issuesAt(issues, 'group_by')}
              />
              {TIMES.map(([name, placeholder]) => (
                <TextField
                  key={name}
                  label={w.times[name].label}
                  hint={w.times[name].how}
                  value={document[name]}
                  {...(placeholder === '' ? {} : { placeholder })}
                  mono
                  onText={value => onChange(withField(document, name, value))}
                  issues={issuesAt(issues, name)}
                />
              ))}
            </div>
          </Card>
        </>
      )}
    </DocumentEditor>
  );
}

interface PartProps {
  readonly document: RouteDocument;
  readonly issues: readonly InputIssue[];
  readonly onChange: (document: RouteDocument) => void;
}

function OrderField({ document, issues, onChange }: PartProps): JSX.Element {
  const { routes: w } = notificationWords();
  return (
    <TextField
      label={w.order}
      hint={w.orderHow}
      value={document.order === undefined ? '' : String(document.order)}
      placeholder="0"
      mono
      onText={text => onChange(withField(document, 'order', numberOrText(text)))}
      issues={issuesAt(issues, 'order')}
    />
  );
}
