/**
 * CRC-32C (Castagnoli), the checksum of stored records.
 * Models: etcd server/storage/wal (crc32.Castagnoli, carried on from record to record)
 */

const TABLE: Int32Array = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

/** Of bytes [from, to), carried on from `previous`: a checksum of checksums, so that a missing or moved record shows. */
export const crc32c = (bytes: Uint8Array, previous = 0, from = 0, to = bytes.length): number => {
  let crc = ~previous;
  for (let i = from; i < to; i++) crc = (TABLE[(crc ^ (bytes[i] as number)) & 255] as number) ^ (crc >>> 8);
  return ~crc >>> 0;
};
