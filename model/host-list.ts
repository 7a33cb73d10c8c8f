/** Hosts and networks as a configuration lists them: `smtp.example.com`, `10.1.2.3`, `10.0.0.0/8`, `fd00::/8`. */
import { BlockList, isIP } from 'node:net';

const NAME = /^(?=.{1,255}$)[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?\.?$/i;
const NETWORK = /^([0-9a-f.:]+)\/(\d{1,3})$/i;

/** Whether a text can stand in such a list. */
export function isHostEntry(text: string): boolean {
  const network = networkOf(text);
  if (network === null) return isIP(text) !== 0 || NAME.test(text);
  const family = isIP(network.net);
  return family !== 0 && network.bits <= (family === 4 ? 32 : 128);
}

/** Answers whether a host, by its name or by the address it led to, is listed. */
export class HostList {
  readonly #names = new Set<string>();
  readonly #addresses = new BlockList();

  /** Entries must satisfy `isHostEntry`. */
  constructor(entries: readonly string[]) {
    for (const entry of entries) {
      const network = networkOf(entry);
      if (network !== null) this.#addresses.addSubnet(network.net, network.bits, familyOf(network.net));
      else if (isIP(entry) !== 0) this.#addresses.addAddress(entry, familyOf(entry));
      else this.#names.add(plainName(entry));
    }
  }

  /** `host` as it was written, `address` as it was looked up, without a zone. */
  has(host: string, address: string): boolean {
    return this.#names.has(plainName(host)) || this.#addresses.check(address, familyOf(address));
  }
}

/** How `BlockList` wants the family of an address. */
export function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

function networkOf(text: string): { readonly net: string; readonly bits: number } | null {
  const found = NETWORK.exec(text);
  return found ? { net: found[1] ?? '', bits: Number(found[2]) } : null;
}

function plainName(host: string): string {
  return host.toLowerCase().replace(/\.$/, '');
}
