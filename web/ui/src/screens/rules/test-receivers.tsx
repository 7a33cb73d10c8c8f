import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { getChannels, getOnCall, getReceivers, getRotas, type Receiver, type Rota } from '../../api/channels.ts';
import { useLive } from '../../api/live.ts';
import { moreWords } from '../../i18n/alerting-more.ts';
import { askChannel, TestOutcome, type TestState } from '../channels/test-outcome.tsx';
import { channelsOf } from './channels-of.ts';

/** Sends a test to every channel behind the receivers, of a rota to who is on call now, and shows each one's answer. */
export function TestReceivers({ names }: { names: readonly string[] }): JSX.Element | null {
  const { editor: w } = moreWords();
  const channels = useLive('channels', getChannels, { every: 12 });
  const receivers = useLive('receivers', getReceivers, { every: 12 });
  const rotas = useLive('rotas', getRotas, { every: 12 });
  const [answers, setAnswers] = useState<ReadonlyMap<string, TestState>>(new Map());
  // Before they are there every name would be called unknown.
  const isLoading = [channels, receivers, rotas].some(({ data, error }) => data === undefined && error === undefined);
  const wanted = names.filter(name => name !== '');
  if (wanted.length === 0) return null;
  const test = async (): Promise<void> => {
    const told = receivers.data?.items ?? [];
    const named = new Set([...wanted, ...told.flatMap(receiver => receiver.channels)]);
    const onDuty = await onDutyOf((rotas.data?.items ?? []).filter(({ name }) => named.has(name)));
    const found = channelsOf(wanted, channels.data?.items ?? [], [...told, ...onDuty]);
    setAnswers(new Map(found.map(([name, channel]) => [name, channel ? 'waiting' : { failed: w.notAChannel }])));
    for (const [name, channel] of found) {
      if (channel) void askChannel(channel.id).then(answer => setAnswers(before => new Map(before).set(name, answer)));
    }
  };
  return (
    <div class="stack wide-field" data-testid="test-receivers">
      <button type="button" class="button add" disabled={isLoading} onClick={() => void test()}>
        {w.testReceivers}
      </button>
      <div class="stack" aria-live="polite">
        {[...answers].map(([name, state]) => (
          <div key={name} class="row wrap">
            <span class="mono">{name}</span> <TestOutcome name={name} state={state} />
          </div>
        ))}
      </div>
    </div>
  );
}

/** Rotas as receivers: who is on call now; nobody where that cannot be read. */
function onDutyOf(rotas: readonly Rota[]): Promise<readonly Pick<Receiver, 'name' | 'channels'>[]> {
  return Promise.all(
    rotas.map(async ({ id, name }) => ({
      name,
      channels: await getOnCall(id).then(
        ({ members }) => members,
        () => [],
      ),
    })),
  );
}
