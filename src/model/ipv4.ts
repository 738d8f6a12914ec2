const PREFIX_BITS = 32;

/** An IPv4 address as an unsigned number. */
export function addressToNumber(address: string): number {
  return address.split('.').reduce((number, octet) => number * 256 + Number(octet), 0);
}

export function numberToAddress(number: number): string {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 0xff).join('.');
}

/** An IPv4 network in CIDR notation, in parts. */
export interface Subnet {
  readonly first: number;
  readonly prefix: number;
  /** Addresses in it, its own and the broadcast's included. */
  readonly size: number;
}

export function parseSubnet(cidr: string): Subnet {
  const [address = '', prefix = ''] = cidr.split('/');
  const size = 2 ** (PREFIX_BITS - Number(prefix));
  return { first: Math.floor(addressToNumber(address) / size) * size, prefix: Number(prefix), size };
}

/** Whether a host may have this address in the subnet: not the network's own and not the broadcast's. */
export function isHostAddress(subnet: Subnet, address: string): boolean {
  const offset = addressToNumber(address) - subnet.first;
  return offset > 0 && offset < subnet.size - 1;
}

/** Whether two networks have addresses in common. */
export function overlap(one: Subnet, other: Subnet): boolean {
  return one.first < other.first + other.size && other.first < one.first + one.size;
}
