import type { JSX } from 'preact';
import { previewRota, type Rota, type RotaDocument } from '../../api/channels.ts';
import { now, useLive } from '../../api/live.ts';
import { param } from '../../app/router.ts';
import { zoneName } from '../../format/time.ts';
import { notificationWords } from '../../i18n/notification.ts';
import { Card } from '../../parts/card.tsx';
import { Loading } from '../../parts/states.tsx';
import { useSettled } from '../../parts/use-settled.ts';
import { issuesAt, TextField } from '../rules/field.tsx';
import { DocumentEditor } from './document-editor.tsx';
import { useKnownNames } from './names-field.tsx';
import { OnCallStrip } from './on-call-strip.tsx';
import { RotaLayerFields } from './rota-layer.tsx';
import { RotaOverrideFields } from './rota-override.tsx';
import { UsedBy } from './used-by.tsx';

const HOUR = 3_600_000;
const PAUSE_MS = 400;

/** A rota to make or to change, with the next two weeks it gives; `?override=1` begins with somebody standing in from now. */
export function RotaForm({ rota }: { rota: Rota | null }): JSX.Element {
  const { rotaForm: w } = notificationWords();
  const known = useKnownNames()?.filter(name => name !== rota?.name);
  return (
    <DocumentEditor<RotaDocument>
      kind="rotas"
      title={saved => (saved ? w.edit(saved.name) : w.create)}
      stored={rota}
      draft={firstDraft()}
      begin={rota && !rota.managed && param('override') ? withOverride : undefined}
      back="/on-call"
      removeSure={({ name }) => w.removeSure(name)}
      side={({ finished, saved }) => (
        <>
          <Ahead document={finished} />
          {saved && <UsedBy name={saved.name} />}
        </>
      )}
    >
      {({ document, issues, onChange }) => {
        const overrides = document.overrides ?? [];
        return (
          <>
            <Card title={w.rota}>
              <div class="card-body fields">
                <TextField
                  label={w.name}
                  hint={w.nameHow}
                  value={document.name}
                  onText={name => onChange({ ...document, name })}
                  issues={issuesAt(issues, 'name')}
                />
                <TextField
                  label={w.zone}
                  value={document.zone}
                  placeholder="UTC"
                  list="rota-zones"
                  onText={zone => onChange({ ...document, zone })}
                  issues={issuesAt(issues, 'zone')}
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
            {document.layers.map((layer, i) => (
              <RotaLayerFields
                key={i}
                layer={layer}
                index={i}
                issues={issuesAt(issues, `layers.${i}`)}
                known={known}
                onChange={changed => onChange({ ...document, layers: document.layers.with(i, changed) })}
                onRemove={
                  document.layers.length > 1
                    ? () => onChange({ ...document, layers: document.layers.filter((_, at) => at !== i) })
                    : undefined
                }
              />
            ))}
            <div>
              <button
                type="button"
                class="button"
                onClick={() => onChange({ ...document, layers: [...document.layers, firstLayer()] })}
              >
                + {w.addLayer}
              </button>
            </div>
            <Card
              title={w.overrides}
              count={overrides.length || undefined}
              more={
                <button type="button" class="button" onClick={() => onChange(withOverride(document))}>
                  + {w.addOverride}
                </button>
              }
            >
              <div class="card-body stack">
                <p class="muted">{w.overridesHow(zoneName())}</p>
                {overrides.map((override, i) => (
                  <RotaOverrideFields
                    key={i}
                    override={override}
                    index={i}
                    issues={issuesAt(issues, `overrides.${i}`)}
                    known={known}
                    onChange={changed => onChange({ ...document, overrides: overrides.with(i, changed) })}
                    onRemove={() => onChange({ ...document, overrides: overrides.filter((_, at) => at !== i) })}
                  />
                ))}
              </div>
            </Card>
            <datalist id="rota-zones">
              {Intl.supportedValuesOf('timeZone').map(zone => (
                <option key={zone} value={zone} />
              ))}
            </datalist>
          </>
        );
      }}
    </DocumentEditor>
  );
}

/** The next two weeks of what is typed. */
function Ahead({ document }: { document: RotaDocument }): JSX.Element {
  const { rotaForm: w, onCall } = notificationWords();
  // A name is needed for saving only.
  const settled = useSettled(JSON.stringify({ ...document, name: document.name || 'preview' }), PAUSE_MS);
  const asked = JSON.parse(settled) as RotaDocument;
  // Nobody chosen yet is no mistake to complain about.
  const complete = [...asked.layers, ...(asked.overrides ?? [])].every(({ members }) => members.length > 0);
  const live = useLive(complete ? `rota-preview/${settled}` : null, signal => previewRota(asked, signal), {
    every: 12,
    keepOld: true,
  });
  return (
    <Card title={onCall.ahead}>
      <div class="card-body">
        {!complete ? (
          <p class="muted">{w.incomplete(w.noMembers)}</p>
        ) : live.error ? (
          <p class="muted">{w.incomplete(live.error.issues[0]?.message ?? live.error.message)}</p>
        ) : live.data ? (
          <OnCallStrip schedule={live.data} />
        ) : (
          <Loading rows={2} />
        )}
      </div>
    </Card>
  );
}

/** Begins this week, on Monday. */
function firstLayer(): RotaDocument['layers'][number] {
  const monday = new Date(now.peek());
  monday.setDate(monday.getDate() - ((monday.getDay() + 6) % 7));
  const local = new Date(monday.getTime() - monday.getTimezoneOffset() * 60_000);
  return { members: [], start: local.toISOString().slice(0, 10), handover: { day: 1, time: '09:00' }, weeks: 1 };
}

function firstDraft(): RotaDocument {
  return { name: '', zone: Intl.DateTimeFormat().resolvedOptions().timeZone, layers: [firstLayer()] };
}

/** Somebody else for the next twelve hours. */
function withOverride(document: RotaDocument): RotaDocument {
  const from = Math.floor(now.peek() / 60_000) * 60_000;
  return { ...document, overrides: [...(document.overrides ?? []), { from, to: from + 12 * HOUR, members: [] }] };
}
