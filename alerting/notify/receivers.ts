/** Receivers (接收人): names under which rules, routes and owners address one or several channels. */

/** Who may be told: looked up by name, resolved to channels. */
export interface Directory {
  /** Receiver name -> channel names. */
  readonly receivers: ReadonlyMap<string, readonly string[]>;
  /** Names of all channels; each is a receiver too. */
  readonly channels: ReadonlySet<string>;
  /** Team or person -> receivers told when neither a route nor the rule names one. */
  readonly owners: ReadonlyMap<string, readonly string[]>;
  /** Receivers told about the daemon itself, and when a name leads nowhere. */
  readonly metaReceivers: readonly string[];
}

/**
 * Channels of the named receivers, each once, sorted; names that lead to no channel come back in `unknown`. A receiver of the
 * same name as a channel wins, so that a channel can be replaced by a group of channels.
 */
export function resolveReceivers(
  names: readonly string[],
  directory: Pick<Directory, 'receivers' | 'channels'>,
): { readonly channels: readonly string[]; readonly unknown: readonly string[] } {
  const channels = new Set<string>();
  const unknown: string[] = [];
  for (const name of new Set(names)) {
    const found = (directory.receivers.get(name) ?? [name]).filter(channel => directory.channels.has(channel));
    for (const channel of found) channels.add(channel);
    if (found.length === 0) unknown.push(name);
  }
  return { channels: [...channels].sort(), unknown };
}
