import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';

/** IPv4 blocks that are not the public internet: IANA's special-purpose registry, multicast, and what is reserved. */
const closed4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  // Azure answers virtual machines here with what is theirs alone.
  ['168.63.129.16', 32],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const;

/** Of 2000::/3, which is all of IPv6 that is handed out to the public: protocol assignments with Teredo, documentation, 6to4. */
const closed6 = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['2620:4f:8000::', 48],
  ['3fff::', 20],
] as const;

const closed = new BlockList();
for (const [address, bits] of closed4) closed.addSubnet(address, bits, 'ipv4');
for (const [address, bits] of closed6) closed.addSubnet(address, bits, 'ipv6');
const handedOut = new BlockList();
handedOut.addSubnet('2000::', 3, 'ipv6');

const ownAddresses = (): readonly string[] =>
  Object.values(networkInterfaces()).flatMap((known) => known?.map(({ address }) => address) ?? []);

/** Whether an address is one of the public internet, and none of `own`, this machine's. IPv4 that is written as IPv6 never is. */
export function isPublic(address: string, own: readonly string[] = ownAddresses()): boolean {
  if (own.includes(address)) {
    return false;
  }
  if (isIPv4(address)) {
    return !closed.check(address, 'ipv4');
  }
  return (
    isIPv6(address) && !address.includes('%') && handedOut.check(address, 'ipv6') && !closed.check(address, 'ipv6')
  );
}
