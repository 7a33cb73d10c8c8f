import type { JSX } from 'preact';
import type { InputIssue } from '../../api/client.ts';
import type { Inhibition, InhibitionDocument } from '../../api/inhibitions.ts';
import { namedMatchers } from '../../api/rules.ts';
import { notificationWords } from '../../i18n/notification.ts';
import { Card } from '../../parts/card.tsx';
import { MatcherRows } from '../../parts/matcher-rows.tsx';
import { DocumentEditor } from '../channels/document-editor.tsx';
import { NamesField } from '../channels/names-field.tsx';
import { withField } from '../channels/written.ts';
import { issuesAt, TextField } from '../rules/field.tsx';

const FIRST: InhibitionDocument = { source_matchers: { '': '' }, target_matchers: { '': '' }, equal: ['job'] };
const SIDES = ['source_matchers', 'target_matchers'] as const;

/** An inhibition to make or to change: which alert speaks, and for which others. */
export function InhibitionForm({ inhibition }: { inhibition: Inhibition | null }): JSX.Element {
  const { inhibitions: w, form } = notificationWords();
  return (
    <DocumentEditor<InhibitionDocument>
      kind="inhibitions"
      title={saved => (saved ? w.edit : w.create)}
      stored={inhibition}
      draft={FIRST}
      back="/routes"
      removeSure={() => w.removeSure}
      finish={doc => ({
        ...doc,
        source_matchers: namedMatchers(doc.source_matchers ?? {}),
        target_matchers: namedMatchers(doc.target_matchers ?? {}),
      })}
      side={() => (
        <Card title={w.meaning}>
          <p class="card-body">{w.how}</p>
        </Card>
      )}
    >
      {({ document, issues, onChange }) => (
        <Card title={w.title}>
          <div class="card-body fields">
            <TextField
              label={form.optional(w.name)}
              value={document.name}
              onText={name => onChange(withField(document, 'name', name))}
              issues={issuesAt(issues, 'name')}
            />
            <label class="row wide-field">
              <input
                type="checkbox"
                checked={document.upstream === true}
                onChange={event => onChange({ ...document, upstream: event.currentTarget.checked })}
              />{' '}
              {w.upstream}
            </label>
            {SIDES.map(side => (
              <Matched key={side} side={side} document={document} issues={issues} onChange={onChange} />
            ))}
            <NamesField
              label={w.equal}
              hint={w.equalHow}
              names={document.equal ?? []}
              onChange={equal => onChange({ ...document, equal })}
              issues={issuesAt(issues, 'equal')}
            />
            <TextField
              label={form.optional(w.comment)}
              value={document.comment}
              onText={comment => onChange(withField(document, 'comment', comment))}
              issues={issuesAt(issues, 'comment')}
              wide
            />
          </div>
        </Card>
      )}
    </DocumentEditor>
  );
}

interface MatchedProps {
  readonly side: (typeof SIDES)[number];
  readonly document: InhibitionDocument;
  readonly issues: readonly InputIssue[];
  readonly onChange: (document: InhibitionDocument) => void;
}

function Matched({ side, document, issues, onChange }: MatchedProps): JSX.Element {
  const { inhibitions: w } = notificationWords();
  return (
    <div class="field wide-field">
      <span class="field-label">{w.sides[side]}</span>
      <MatcherRows
        label={w.sides[side]}
        matchers={document[side] ?? {}}
        onChange={matchers => onChange({ ...document, [side]: matchers })}
      />
      {issuesAt(issues, side).map(({ path, message }) => (
        <p key={path} class="field-wrong">
          {message}
        </p>
      ))}
    </div>
  );
}
