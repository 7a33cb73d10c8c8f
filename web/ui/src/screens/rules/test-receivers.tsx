import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { type Channel, getChannels, getReceivers, type Receiver } from '../../api/channels.ts';
import { useLive } from '../../api/live.ts';
import { moreWords } from '../../i18n/alerting-more.ts';
import { askChannel, TestOutcome, type TestState } from '../channels/test-outcome.tsx';

/** Sends a test to every channel behind the receivers and shows each one's answer. */
export function TestReceivers({ names }: { names: readonly string[] }): JSX.Element | null {
  const { editor: w } = moreWords();
  const channels = useLive('channels', getChannels, { every: 12 });
  const receivers = useLive('receivers', getReceivers, { every: 12 });
  const [answers, setAnswers] = useState<ReadonlyMap<string, TestState>>(new Map());
  const wanted = names.filter(name => name !== '');
  if (wanted.length === 0) return null;
  const test = (): void => {
    const found = channelsOf(wanted, channels.data?.items ?? [], receivers.data?.items ?? []);
    setAnswers(new Map(found.map(([name, channel]) => [name, channel ? 'waiting' : { failed: w.notAChannel }])));
    for (const [name, channel] of found) {
      if (channel) void askChannel(channel.id).then(answer => setAnswers(before => new Map(before).set(name, answer)));
    }
  };
  return (
    <div class="stack wide-field" data-testid="test-receivers">
      <button type="button" class="button add" onClick={test}>
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

/** Every channel behind names of channels and receivers, once each; null for a name that is neither. */
export function channelsOf(
  names: readonly string[],
  channels: readonly Channel[],
  receivers: readonly Receiver[],
): readonly (readonly [name: string, channel: Channel | null])[] {
  const found = new Map<string, Channel | null>();
  const seen = new Set<string>();
  const visit = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    const channel = channels.find(each => each.name === name);
    const receiver = receivers.find(each => each.name === name);
    if (receiver) for (const member of receiver.channels) visit(member);
    else found.set(name, channel ?? null);
  };
  for (const name of names) visit(name);
  return [...found];
}
