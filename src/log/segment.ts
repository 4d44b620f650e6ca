/**
 * One segment of a stored log: a head (magic, format version, index of its first record, chain so far, checksum), then framed records.
 * Models: etcd server/storage/wal (segments, each beginning with the checksum carried over from the one before)
 */
import { crc32c } from './crc32c.ts';
import { decodeFrame } from './frame.ts';

export const SEGMENT_FORMAT_VERSION = 1;
export const SEGMENT_HEAD_BYTES = 28;

/** `KLOG-SEG`. */
const MAGIC = Uint8Array.of(0x4b, 0x4c, 0x4f, 0x47, 0x2d, 0x53, 0x45, 0x47);

export interface SegmentHead {
  /** Index in the whole log of the segment's first record. */
  readonly first: number;
  /** The chain after the last record of the segment before; 0 for the first. */
  readonly chain: number;
}

export interface Segment {
  readonly head: SegmentHead;
  readonly payloads: readonly Uint8Array[];
  /** The chain after the last whole record. */
  readonly chain: number;
  /** Where the last whole record ends; less than the segment's length when it was torn. */
  readonly end: number;
}

export type SegmentProblem =
  /** Shorter than a head: a segment whose first write was cut short. */
  | { readonly kind: 'no-head' }
  | { readonly kind: 'not-a-segment'; readonly offset: number }
  | { readonly kind: 'other-version'; readonly offset: number; readonly version: number }
  | { readonly kind: 'damaged'; readonly offset: number; readonly what: string };

export type ReadSegment = { readonly kind: 'segment'; readonly segment: Segment } | SegmentProblem;

export const encodeSegmentHead = (head: SegmentHead): Uint8Array => {
  const bytes = new Uint8Array(SEGMENT_HEAD_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC);
  view.setUint32(8, SEGMENT_FORMAT_VERSION);
  view.setFloat64(12, head.first);
  view.setUint32(20, head.chain);
  view.setUint32(24, crc32c(bytes, 0, 0, 24));
  return bytes;
};

const readHead = (bytes: Uint8Array): SegmentHead | SegmentProblem => {
  const magicEnd = Math.min(MAGIC.length, bytes.length);
  for (let i = 0; i < magicEnd; i++) if (bytes[i] !== MAGIC[i]) return { kind: 'not-a-segment', offset: i };
  if (bytes.length < SEGMENT_HEAD_BYTES) return { kind: 'no-head' };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const version = view.getUint32(8);
  if (version !== SEGMENT_FORMAT_VERSION) return { kind: 'other-version', offset: 8, version };
  if (view.getUint32(24) !== crc32c(bytes, 0, 0, 24)) return { kind: 'damaged', offset: 8, what: 'the head of the segment' };
  return { first: view.getFloat64(12), chain: view.getUint32(20) };
};

/** Reads all whole records; stops where the bytes were cut short, and refuses where they were changed. */
export const readSegment = (bytes: Uint8Array): ReadSegment => {
  const head = readHead(bytes);
  if ('kind' in head) return head;
  const payloads: Uint8Array[] = [];
  let { chain } = head;
  let end = SEGMENT_HEAD_BYTES;
  for (;;) {
    const frame = decodeFrame(bytes, end, chain);
    switch (frame.kind) {
      case 'record':
        payloads.push(frame.payload);
        ({ chain, end } = frame);
        break;
      case 'end':
      case 'torn':
        return { kind: 'segment', segment: { head, payloads, chain, end } };
      case 'damaged':
        return { kind: 'damaged', offset: end, what: frame.what };
      default: {
        const never: never = frame;
        return never;
      }
    }
  }
};
