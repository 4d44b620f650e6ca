/**
 * The addresses of a node's pods: which is next, and whether an address belongs to a range.
 * Models: plugins/ipam/host-local/backend/allocator/{allocator,range}.go `Get`, `Range.Contains`
 * Not modelled: IPv6, several ranges, reservations by request.
 */

export interface AddressRange {
  /** The network address as a 32-bit unsigned integer. */
  readonly base: number;
  /** 2^(32 - prefix length). */
  readonly size: number;
}

const IPV4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

/** An IPv4 address as a 32-bit unsigned integer; undefined for any other text. */
export const parseAddress = (text: string): number | undefined => {
  const match = IPV4.exec(text);
  if (match === null) return undefined;
  const bytes = match.slice(1).map(Number);
  return bytes.some((byte) => byte > 255) ? undefined : bytes.reduce((sum, byte) => sum * 256 + byte, 0);
};

export const formatAddress = (address: number): string =>
  [address >>> 24, (address >>> 16) & 255, (address >>> 8) & 255, address & 255].join('.');

const parseUncached = (cidr: string): AddressRange | undefined => {
  const [text = '', length = ''] = cidr.split('/');
  const address = parseAddress(text);
  const bits = Number(length);
  if (address === undefined || !/^\d{1,2}$/.test(length) || bits > 30) return undefined;
  const size = 2 ** (32 - bits);
  return { base: address - address % size, size };
};

const parsed = new Map<string, AddressRange | undefined>();

/** `10.244.1.0/24`; undefined where it is none. Remembered by text. */
export const parseRange = (cidr: string): AddressRange | undefined => {
  if (!parsed.has(cidr)) parsed.set(cidr, parseUncached(cidr));
  return parsed.get(cidr);
};

export const rangeContains = (range: AddressRange, address: number): boolean => address >= range.base && address < range.base + range.size;

/** The network address is 0 and the gateway 1; the last one is broadcast. */
const FIRST_OFFSET = 2;

/** The first free offset after `last`, going round once; undefined when the range is full. */
export const nextOffset = (range: AddressRange, last: number, isTaken: (address: string) => boolean): number | undefined => {
  const usable = range.size - 1 - FIRST_OFFSET;
  for (let tried = 0; tried < usable; tried += 1) {
    const offset = FIRST_OFFSET + (Math.max(last, FIRST_OFFSET - 1) - FIRST_OFFSET + 1 + tried) % usable;
    if (!isTaken(formatAddress(range.base + offset))) return offset;
  }
  return undefined;
};
