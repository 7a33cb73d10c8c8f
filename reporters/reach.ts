/**
 * Where channels may connect to. The check sits between the look-up and the connection, which is made to one of exactly the addresses that
 * were checked: a name that changes its address meanwhile gets nowhere, and there is no second look-up.
 */
import { lookup as systemLookup } from 'node:dns';
import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import type { Reach } from '../alerting/notify/channel.ts';
import { familyOf, HostList } from '../model/host-list.ts';
import { PRIVATE_ADDRESSES } from './private-addresses.ts';

/** What an error of a refused address has as its `code`. */
export const BLOCKED = 'ERR_IP_BLOCKED';

/**
 * `everywhere` permits all addresses, else those of the public internet and what `listed` holds (`HostList`); `strict` is the latter in
 * either case. `lookup` stands in for the system's.
 */
export function createReach(options: {
  readonly everywhere: boolean;
  readonly listed?: readonly string[];
  readonly lookup?: LookupFunction;
}): Reach {
  const listed = new HostList(options.listed ?? []);
  const lookup = options.lookup ?? (systemLookup satisfies LookupFunction);
  const strict = {
    lookup,
    permits: (host: string, address: string) => listed.has(host, address) || !isPrivate(address),
  };
  return { ...(options.everywhere ? { lookup, permits: () => true } : strict), strict };
}

/** For addresses that come from the configuration alone. */
export const EVERYWHERE = createReach({ everywhere: true });

/** The `lookup` of a connection within reach; fails with code `BLOCKED` when no address of the name is. */
export function lookupWithin(reach: Pick<Reach, 'permits' | 'lookup'>): LookupFunction {
  return (host, options, done) => {
    reach.lookup(host, { ...options, all: true }, (error, found) => {
      if (error) return done(error, []);
      const addresses = typeof found === 'string' ? [{ address: found, family: isIP(found) }] : found;
      const permitted = addresses.filter(({ address }) => reach.permits(host, withoutZone(address)));
      const [first] = permitted;
      if (first === undefined) return done(blockedError(), []);
      if (options.all === true) return done(null, permitted);
      done(null, first.address, first.family);
    });
  };
}

/** Throws the error with code `BLOCKED` where a host is itself an address that is out of reach: those are never looked up. */
export function demandWithin(reach: Pick<Reach, 'permits'>, host: string): void {
  const address = withoutZone(host.replace(/^\[|\]$/g, ''));
  if (isIP(address) !== 0 && !reach.permits(address, address)) throw blockedError();
}

/** A connection within reach; resolves when it stands. */
export async function connectWithin(
  reach: Pick<Reach, 'permits' | 'lookup'>,
  to: { readonly host: string; readonly port: number; readonly timeoutMs: number },
): Promise<Socket> {
  demandWithin(reach, to.host);
  const { host, port, timeoutMs: timeout } = to;
  const socket = connect({ host, port, timeout, lookup: lookupWithin(reach) });
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const onTimeout = (): void => {
    socket.destroy(Object.assign(new Error('the connection takes too long'), { code: 'ETIMEDOUT' }));
  };
  // The listener of errors stays: without any, one between two users of the socket would end the process.
  socket
    .once('connect', () => resolve(socket))
    .on('error', reject)
    .once('timeout', onTimeout);
  try {
    return await promise;
  } finally {
    socket.removeListener('timeout', onTimeout);
  }
}

/** Addresses of the own machine and network; what is no address at all counts as one. */
function isPrivate(address: string): boolean {
  return isIP(address) === 0 || PRIVATE_ADDRESSES.check(address, familyOf(address));
}

/** Link-local addresses of IPv6 may name the interface behind a `%`. */
function withoutZone(address: string): string {
  return address.replace(/%.*$/, '');
}

function blockedError(): NodeJS.ErrnoException {
  return Object.assign(new Error('the address is private, or its name leads to a private one'), { code: BLOCKED });
}
