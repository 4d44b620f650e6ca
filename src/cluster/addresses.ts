/** The addresses of a cluster's nodes and of their pods, apart from those of Services (10.96.0.0/12). */

const BITS = 8;
const MASK = 255;

/** Node 0 has 172.18.0.2, as in a cluster made by kind. */
export const nodeAddress = (index: number): string => {
  const host = index + 2;
  return `172.${18 + (host >> (2 * BITS))}.${(host >> BITS) & MASK}.${host & MASK}`;
};

/** 254 pods a node, from 10.128.0.0/24 on. */
export const podCidr = (index: number): string => `10.${128 + (index >> BITS)}.${index & MASK}.0/24`;
