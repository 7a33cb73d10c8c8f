import type { JSX } from 'preact';
import { type Channel, getChannels } from '../../api/channels.ts';
import type { InputIssue } from '../../api/client.ts';
import type { Stored } from '../../api/documents.ts';
import { useLive } from '../../api/live.ts';
import { words } from '../../i18n/language.ts';
import { notificationWords } from '../../i18n/notification.ts';
import { Card } from '../../parts/card.tsx';
import { ChoiceField, Field, issuesAt, TextField } from '../rules/field.tsx';
import { CHANNEL_TYPES, type ChannelField, fieldsOf } from './channel-fields.ts';
import { DocumentEditor } from './document-editor.tsx';
import { NamesField } from './names-field.tsx';
import { SecretField } from './secret-field.tsx';
import { TestOutcome, useChannelTest } from './test-outcome.tsx';
import { UsedBy } from './used-by.tsx';
import { fieldAt, numberOrText, withField } from './written.ts';

/** A channel as it is written; its fields differ by type. */
type ChannelDraft = Omit<Channel, keyof Stored | 'error'>;

const FIRST: ChannelDraft = { name: '', type: CHANNEL_TYPES[0] };
const LANGUAGES = ['both', 'zh', 'en'] as const;
const RETRY = [
  ['retry.min', '1s'],
  ['retry.max', '5m'],
  ['retry.give_up', '24h'],
] as const;

/** A channel to make or to change, with its test and what it is used by beside it. */
export function ChannelForm({ channel }: { channel: Channel | null }): JSX.Element {
  const { channelForm: w } = notificationWords();
  return (
    <DocumentEditor<ChannelDraft>
      kind="channels"
      title={saved => (saved ? w.edit(saved.name) : w.create)}
      stored={channel}
      draft={FIRST}
      back="/channels"
      saved={id => `/channels/${encodeURIComponent(id)}`}
      removeSure={({ name }) => w.removeSure(name)}
      side={({ saved }) =>
        saved ? (
          <>
            <Test channel={saved} />
            <UsedBy name={saved.name} />
          </>
        ) : (
          <Card title={w.test}>
            <p class="card-body muted">{w.testAfter}</p>
          </Card>
        )
      }
    >
      {({ document, saved, issues, onChange }) => (
        <>
          {channel?.error && <p class="notice">{channel.error}</p>}
          <OwnFields document={document} issues={issues} onChange={onChange} stored={saved} />
          <SharedFields document={document} issues={issues} onChange={onChange} />
        </>
      )}
    </DocumentEditor>
  );
}

interface PartProps {
  readonly document: ChannelDraft;
  readonly issues: readonly InputIssue[];
  readonly onChange: (document: ChannelDraft) => void;
}

/** Name, type and what only this type has. */
function OwnFields({ document, issues, onChange, stored }: PartProps & { stored: object | null }): JSX.Element {
  const { channelForm: w } = notificationWords();
  const { inbox } = words();
  const fields = fieldsOf(document.type).filter(({ path }) => path !== 'lang');
  return (
    <Card title={w.channel}>
      <div class="card-body fields">
        <TextField
          label={w.name}
          hint={w.nameHow}
          value={document.name}
          onText={name => onChange({ ...document, name })}
          issues={issuesAt(issues, 'name')}
          wide
        />
        {stored ? (
          <Field label={w.type}>
            {attributes => <output {...attributes}>{inbox.types[document.type] ?? document.type}</output>}
          </Field>
        ) : (
          <ChoiceField
            label={w.type}
            value={document.type}
            choices={CHANNEL_TYPES.map(type => [type, inbox.types[type] ?? type] as const)}
            onChoice={type => onChange({ name: document.name, type })}
            issues={issuesAt(issues, 'type')}
          />
        )}
        <p class="muted wide-field">{w.typeHows[document.type] ?? ''}</p>
        {fields.map(field => (
          <OwnField
            key={`${document.type} ${field.path}`}
            field={field}
            document={document}
            issues={issues}
            onChange={onChange}
            stored={stored !== null && fieldAt(stored, field.path) !== undefined}
          />
        ))}
      </div>
    </Card>
  );
}

function OwnField({
  field,
  document,
  issues,
  onChange,
  stored,
}: PartProps & { field: ChannelField; stored: boolean }): JSX.Element {
  const { channelForm: w, form } = notificationWords();
  const { path, kind, required, placeholder } = field;
  const value = fieldAt(document, path);
  const set = (next: unknown): void => onChange(withField(document, path, next));
  const name = w.fields[path] ?? path;
  const shared = {
    label: required ? name : form.optional(name),
    issues: issuesAt(issues, path),
    ...(w.hints[path] === undefined ? {} : { hint: w.hints[path] }),
  };
  switch (kind) {
    case 'secret':
      return <SecretField {...shared} required={required === true} value={value} stored={stored} onValue={set} />;
    case 'names':
      return <NamesField {...shared} names={Array.isArray(value) ? value.map(String) : []} onChange={set} />;
    case 'flag':
      return (
        <Field {...shared} label={name}>
          {attributes => (
            <span>
              <input
                {...attributes}
                type="checkbox"
                checked={value === true}
                onChange={event => set(event.currentTarget.checked ? true : undefined)}
              />
            </span>
          )}
        </Field>
      );
    case 'tls':
      return (
        <ChoiceField
          {...shared}
          value={value === undefined ? '' : String(value)}
          choices={['', 'true', 'starttls', 'false'].map(each => [each, w.tls[each] ?? each] as const)}
          onChoice={choice => set(choice === '' ? undefined : choice === 'starttls' ? choice : choice === 'true')}
        />
      );
    case 'number':
      return (
        <TextField
          {...shared}
          {...(placeholder === undefined ? {} : { placeholder })}
          mono
          value={value === undefined ? '' : String(value)}
          onText={text => set(numberOrText(text))}
        />
      );
    case 'text':
      return (
        <TextField
          {...shared}
          {...(placeholder === undefined ? {} : { placeholder })}
          wide={path === 'base_url'}
          value={value === undefined ? '' : String(value)}
          onText={text => set(text === '' ? undefined : text)}
        />
      );
  }
}

/** What every channel has: its language, who stands in, how long it is tried. */
function SharedFields({ document, issues, onChange }: PartProps): JSX.Element {
  const { channelForm: w } = notificationWords();
  const others = useLive('channels', getChannels, { every: 12 }).data?.items ?? [];
  const text = (path: string): string => String(fieldAt(document, path) ?? '');
  const set = (path: string, value: string): void =>
    onChange(withField(document, path, value === '' ? undefined : value));
  const fallback = text('fallback');
  const standIns = new Set([...others.map(({ name }) => name), ...(fallback ? [fallback] : [])]);
  standIns.delete(document.name);
  return (
    <Card title={w.delivery}>
      <div class="card-body fields">
        {fieldsOf(document.type).some(({ path }) => path === 'lang') && (
          <ChoiceField
            label={w.lang}
            value={text('lang') || 'both'}
            choices={LANGUAGES.map(each => [each, w.languages[each]] as const)}
            onChoice={value => set('lang', value === 'both' ? '' : value)}
            issues={issuesAt(issues, 'lang')}
          />
        )}
        <ChoiceField
          label={w.fallback}
          hint={w.fallbackHow}
          value={fallback}
          choices={[['', w.noFallback], ...[...standIns].map(name => [name, name] as const)]}
          onChoice={value => set('fallback', value)}
          issues={issuesAt(issues, 'fallback')}
        />
        {RETRY.map(([path, placeholder]) => (
          <TextField
            key={path}
            label={w.fields[path] ?? path}
            value={text(path)}
            placeholder={placeholder}
            mono
            onText={value => set(path, value)}
            issues={issuesAt(issues, path)}
          />
        ))}
        <TextField
          label={w.throttleFloor}
          value={text('throttle_floor')}
          mono
          onText={value => set('throttle_floor', value)}
          issues={issuesAt(issues, 'throttle_floor')}
        />
      </div>
    </Card>
  );
}

/** Sends a test through what is saved. */
function Test({ channel }: { channel: Pick<Channel, 'id' | 'name'> }): JSX.Element {
  const { channelForm: w } = notificationWords();
  const [state, test] = useChannelTest(channel.id);
  return (
    <Card
      title={w.test}
      more={
        <button type="button" class="button" disabled={state === 'waiting'} onClick={() => void test()}>
          {w.testNow}
        </button>
      }
    >
      <div class="card-body" role="status">
        {state ? <TestOutcome name={channel.name} state={state} /> : <p class="muted">{w.testSaved}</p>}
      </div>
    </Card>
  );
}
