/** What a client that only hears a watch believes to stand. */
import type { EtcdEvent, KeyValue } from '../../src/protocol/etcd.ts';

export class KeyValueFold {
  private readonly standing = new Map<string, KeyValue>();

  get(key: string): KeyValue | undefined {
    return this.standing.get(key);
  }

  apply({ kind, kv }: EtcdEvent): void {
    if (kind === 'put') this.standing.set(kv.key, kv);
    else this.standing.delete(kv.key);
  }

  sorted(): readonly KeyValue[] {
    return [...this.standing.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1));
  }
}
