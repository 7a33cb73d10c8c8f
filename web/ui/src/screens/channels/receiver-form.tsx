import type { JSX } from 'preact';
import type { Receiver, ReceiverDocument } from '../../api/channels.ts';
import { notificationWords } from '../../i18n/notification.ts';
import { Card } from '../../parts/card.tsx';
import { issuesAt, TextField } from '../rules/field.tsx';
import { DocumentEditor } from './document-editor.tsx';
import { NamesField, useKnownNames } from './names-field.tsx';
import { TestCard } from './test-card.tsx';
import { UsedBy } from './used-by.tsx';

const FIRST: ReceiverDocument = { name: '', channels: [] };

/** A receiver to make or to change: a name for channels, other receivers and rotas. */
export function ReceiverForm({ receiver }: { receiver: Receiver | null }): JSX.Element {
  const { receiverForm: w } = notificationWords();
  const known = useKnownNames();
  return (
    <DocumentEditor<ReceiverDocument>
      kind="receivers"
      title={saved => (saved ? w.edit(saved.name) : w.create)}
      stored={receiver}
      draft={FIRST}
      back="/channels"
      removeSure={({ name }) => w.removeSure(name)}
      side={({ finished, saved }) => (
        <>
          <TestCard names={finished.channels} />
          {saved && <UsedBy name={saved.name} />}
        </>
      )}
    >
      {({ document, issues, onChange }) => (
        <Card title={w.receiver}>
          <div class="card-body fields">
            <TextField
              label={w.name}
              hint={w.nameHow}
              value={document.name}
              onText={name => onChange({ ...document, name })}
              issues={issuesAt(issues, 'name')}
              wide
            />
            <NamesField
              label={w.channels}
              hint={w.channelsHow}
              names={document.channels}
              onChange={channels => onChange({ ...document, channels })}
              issues={issuesAt(issues, 'channels')}
              known={known}
            />
            <TextField
              label={w.comment}
              value={document.comment}
              onText={comment => onChange({ ...document, comment })}
              issues={issuesAt(issues, 'comment')}
              wide
            />
          </div>
        </Card>
      )}
    </DocumentEditor>
  );
}
