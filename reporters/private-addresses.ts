/** Addresses that are not of the public internet: what a channel that anyone may configure must not reach. */
import { BlockList } from 'node:net';

/**
 * Loopback, private, link-local, shared, benchmark, multicast and reserved ranges of both families, and the IPv6 ranges that
 * carry an IPv4 address inside (NAT64, 6to4, Teredo, compatible). A mapped address (`::ffff:10.0.0.1`) is checked as the IPv4
 * address it stands for. RFC 6890 and the IANA special-purpose registries.
 */
export const PRIVATE_ADDRESSES = new BlockList();

for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const) {
  PRIVATE_ADDRESSES.addSubnet(net, bits, 'ipv4');
}
for (const [net, bits] of [
  ['::', 96],
  ['::ffff:0:0:0', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2001::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const) {
  PRIVATE_ADDRESSES.addSubnet(net, bits, 'ipv6');
}
