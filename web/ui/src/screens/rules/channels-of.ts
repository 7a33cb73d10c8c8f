import type { Channel, Receiver } from '../../api/channels.ts';

/** Every channel behind names of channels and receivers, once each; null for a name that is neither. Inside itself a receiver's name is the channel. */
export function channelsOf(
  names: readonly string[],
  channels: readonly Channel[],
  receivers: readonly Pick<Receiver, 'name' | 'channels'>[],
): readonly (readonly [name: string, channel: Channel | null])[] {
  const found = new Map<string, Channel | null>();
  const visit = (name: string, inside: ReadonlySet<string>): void => {
    const receiver = inside.has(name) ? undefined : receivers.find(each => each.name === name);
    if (!receiver) {
      const channel = channels.find(each => each.name === name);
      if (channel || !inside.has(name)) found.set(name, channel ?? null);
      return;
    }
    const within = new Set(inside).add(name);
    for (const member of receiver.channels) visit(member, within);
  };
  for (const name of names) visit(name, new Set());
  return [...found];
}
