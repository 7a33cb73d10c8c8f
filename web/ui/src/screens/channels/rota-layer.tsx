import type { JSX } from 'preact';
import type { RotaLayer } from '../../api/channels.ts';
import type { InputIssue } from '../../api/client.ts';
import { moreWords } from '../../i18n/alerting-more.ts';
import { notificationWords } from '../../i18n/notification.ts';
import { Card } from '../../parts/card.tsx';
import { WeekDays } from '../../parts/week-days.tsx';
import { ChoiceField, Field, issuesAt, TextField } from '../rules/field.tsx';
import { NamesField } from './names-field.tsx';

const NIGHT = { from: '22:00', to: '06:00' } as const;

interface Props {
  readonly layer: RotaLayer;
  readonly index: number;
  /** Those of this layer; their paths begin with `layers.N`. */
  readonly issues: readonly InputIssue[];
  readonly known: readonly string[] | undefined;
  readonly onChange: (layer: RotaLayer) => void;
  readonly onRemove: (() => void) | undefined;
}

/** One layer: who takes turns, when they hand over, and the hours it is on duty. */
export function RotaLayerFields({ layer, index, issues, known, onChange, onRemove }: Props): JSX.Element {
  const { rotaForm: w, form } = notificationWords();
  const { silences } = moreWords();
  const at = (path: string): readonly InputIssue[] => issuesAt(issues, `layers.${index}.${path}`);
  const { handover, hours } = layer;
  const setHours = (change: Partial<NonNullable<RotaLayer['hours']>>): void =>
    onChange({ ...layer, hours: { ...NIGHT, ...hours, ...change } });
  const timeField = (label: string, value: string, path: string, onTime: (time: string) => void): JSX.Element => (
    <Field label={label} issues={at(path)}>
      {attributes => (
        <input
          {...attributes}
          class="input"
          type="time"
          value={value}
          onInput={event => onTime(event.currentTarget.value)}
        />
      )}
    </Field>
  );
  return (
    <Card
      title={w.layer(index + 1)}
      more={
        onRemove && (
          <button type="button" class="button quiet" onClick={onRemove}>
            {form.removeIt}
          </button>
        )
      }
    >
      <div class="card-body fields">
        <NamesField
          label={w.members}
          hint={w.membersHow}
          names={layer.members}
          onChange={members => onChange({ ...layer, members })}
          issues={at('members')}
          known={known}
        />
        <TextField
          label={form.optional(w.layerName)}
          value={layer.name}
          onText={name => onChange({ ...layer, name })}
          issues={at('name')}
        />
        <Field label={w.start} issues={at('start')}>
          {attributes => (
            <input
              {...attributes}
              class="input"
              type="date"
              value={layer.start}
              onInput={event => onChange({ ...layer, start: event.currentTarget.value })}
            />
          )}
        </Field>
        <ChoiceField
          label={w.handoverDay}
          value={String(handover?.day ?? 1)}
          choices={silences.dayNames.map((text, day) => [String(day), text] as const)}
          onChoice={day => onChange({ ...layer, handover: { ...handover, day: Number(day) } })}
          issues={at('handover.day')}
        />
        {timeField(w.handoverTime, handover?.time ?? '09:00', 'handover.time', time =>
          onChange({ ...layer, handover: { ...handover, time } }),
        )}
        <Field label={w.weeks} issues={at('weeks')}>
          {attributes => (
            <input
              {...attributes}
              class="input"
              type="number"
              min={1}
              max={52}
              value={layer.weeks ?? 1}
              onInput={event => onChange({ ...layer, weeks: Number(event.currentTarget.value) })}
            />
          )}
        </Field>
        <label class="row wide-field">
          <input
            type="checkbox"
            checked={hours !== undefined}
            onChange={event => {
              const { hours: _, ...rest } = layer;
              onChange(event.currentTarget.checked ? { ...layer, hours: NIGHT } : rest);
            }}
          />{' '}
          {w.onlyHours}
        </label>
        {hours && (
          <>
            {timeField(silences.from, hours.from, 'hours.from', from => setHours({ from }))}
            {timeField(silences.to, hours.to, 'hours.to', to => setHours({ to }))}
            <WeekDays
              days={hours.days}
              onDays={days => {
                const { days: _, ...rest } = hours;
                onChange({ ...layer, hours: days === undefined ? rest : { ...hours, days } });
              }}
            />
          </>
        )}
      </div>
    </Card>
  );
}
