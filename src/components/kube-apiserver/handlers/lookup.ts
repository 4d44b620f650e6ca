/**
 * Look-ups past the caches that admission asks for; the default service account is waited for, since a controller makes it.
 * Models: plugin/pkg/admission/serviceaccount/admission.go getServiceAccount
 */
import type { EtcdAnswer } from '../../../protocol/etcd.ts';
import type { Facts, WriteJob } from '../state.ts';
import { decodeKeyValue, infoOf, storageKey } from '../storage/codec.ts';
import type { Turn } from '../turn.ts';
import { armTimer, callEtcd, park } from '../turn.ts';

export const LOOKUP_TIMER = 'lookup/';
const DEFAULT_ACCOUNT = 'default';
const ATTEMPTS = 10;
const SHORTEST_WAIT_MS = 100;

const wantedAccount = (write: WriteJob): string => {
  const spec = (write.job.request.body as { readonly spec?: { readonly serviceAccountName?: string } } | undefined)?.spec;
  return (spec?.serviceAccountName ?? '') === '' ? DEFAULT_ACCOUNT : spec?.serviceAccountName ?? '';
};

export const lookUp = (turn: Turn, write: WriteJob, fact: 'namespace' | 'serviceAccount'): void => {
  const { namespace } = write.job.request;
  const key = fact === 'namespace' ? storageKey(infoOf('namespaces'), undefined, namespace) : storageKey(infoOf('serviceaccounts'), namespace, wantedAccount(write));
  callEtcd(turn, { kind: 'range', key }, { kind: 'lookup', write, fact });
};

/** The write with what the look-up found; undefined when it is to be asked again later. */
export const lookedUp = (turn: Turn, write: WriteJob, fact: 'namespace' | 'serviceAccount', answer: Extract<EtcdAnswer, { readonly kind: 'range' }>): WriteJob | undefined => {
  const [kv] = answer.kvs;
  const found = kv === undefined ? null : decodeKeyValue(kv);
  const attempts = (write.facts.serviceAccountAttempts ?? 0) + 1;
  if (fact === 'namespace') return { ...write, facts: { ...write.facts, namespace: found } };
  if (found === null && wantedAccount(write) === DEFAULT_ACCOUNT && attempts < ATTEMPTS) {
    waitForAccount(turn, { ...write, facts: { ...write.facts, serviceAccountAttempts: attempts } });
    return undefined;
  }
  const facts: Facts = { ...write.facts, serviceAccount: found };
  return { ...write, facts };
};

const waitForAccount = (turn: Turn, write: WriteJob): void => {
  const { actor, channel, id } = write.job.client;
  const key = park(turn, { kind: 'lookup', write });
  armTimer(turn, LOOKUP_TIMER + key, SHORTEST_WAIT_MS + turn.env.random(`service-account/${actor}/${channel}/${id}`, 0) % SHORTEST_WAIT_MS);
};
