/**
 * Records framed for storage: 12 bytes of head (length, chained checksum of the payload, checksum of the head), then the payload.
 * Models: etcd server/storage/wal/encoder.go, decoder.go
 *
 * Why a checksum of the head: without it an edited length would look like a write that was cut short, and be dropped in silence.
 */
import { crc32c } from './crc32c.ts';

export const FRAME_HEAD_BYTES = 12;

/** What stands at an offset of a segment. `offset` is where the frame begins, `end` where the next one would. */
export type Frame =
  | { readonly kind: 'record'; readonly payload: Uint8Array; readonly chain: number; readonly end: number }
  /** Nothing more. */
  | { readonly kind: 'end' }
  /** The bytes stop inside the frame, or are zeros to the end: what a write that was cut short leaves. */
  | { readonly kind: 'torn' }
  /** The bytes are all there and were changed. */
  | { readonly kind: 'damaged'; readonly what: string };

/** The frame of one record, and the chain to frame the next one with. */
export const encodeFrame = (payload: Uint8Array, chain: number): { readonly bytes: Uint8Array; readonly chain: number } => {
  const bytes = new Uint8Array(FRAME_HEAD_BYTES + payload.length);
  const view = new DataView(bytes.buffer);
  const next = crc32c(payload, chain);
  view.setUint32(0, payload.length);
  view.setUint32(4, next);
  view.setUint32(8, crc32c(bytes, 0, 0, 8));
  bytes.set(payload, FRAME_HEAD_BYTES);
  return { bytes, chain: next };
};

const isZeroFrom = (bytes: Uint8Array, offset: number): boolean => {
  for (let i = offset; i < bytes.length; i++) if (bytes[i] !== 0) return false;
  return true;
};

/** Reads the frame that begins at `offset`, given the chain after the record before it. */
export const decodeFrame = (bytes: Uint8Array, offset: number, chain: number): Frame => {
  if (offset === bytes.length) return { kind: 'end' };
  const begin = offset + FRAME_HEAD_BYTES;
  if (begin > bytes.length || isZeroFrom(bytes, offset)) return { kind: 'torn' };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(offset + 8) !== crc32c(bytes, 0, offset, offset + 8)) return { kind: 'damaged', what: 'the head of a record' };
  const end = begin + view.getUint32(offset);
  if (end > bytes.length) return { kind: 'torn' };
  const next = crc32c(bytes, chain, begin, end);
  if (next !== view.getUint32(offset + 4)) return { kind: 'damaged', what: 'a record' };
  return { kind: 'record', payload: bytes.subarray(begin, end), chain: next, end };
};
