import type { Channel, Receiver } from '../../api/channels.ts';

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
