/**
 * Who asks: a kubeconfig's credential as a user with groups.
 * Models: staging/src/k8s.io/apiserver/pkg/authentication/{request/x509,request/anonymous,group}, pkg/serviceaccount/util.go
 * Not modelled: signatures and expiry. A service account's token is `sa:<namespace>:<name>` or `sa:<namespace>:<name>:<uid>`; with a uid it is
 *   good only while that very account exists.
 */
import type { Status } from '../../../api/status.ts';
import { isStatus, unauthorized } from '../../../api/status.ts';
import type { Credential } from '../../../protocol/api.ts';
import { objectIn } from '../cacher/store.ts';
import type { User } from '../state.ts';
import type { Turn } from '../turn.ts';

const AUTHENTICATED = 'system:authenticated';
const TOKEN = /^sa:([a-z0-9-]+):([a-z0-9.-]+)(?::(.+))?$/;

/** The token of a service account; with its uid it dies with the account. */
export const serviceAccountToken = (namespace: string, name: string, uid?: string): string =>
  (uid === undefined ? `sa:${namespace}:${name}` : `sa:${namespace}:${name}:${uid}`);

const anonymous: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

const serviceAccountUser = (namespace: string, name: string): User => ({
  name: `system:serviceaccount:${namespace}:${name}`,
  groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, AUTHENTICATED],
});

interface Token {
  readonly user: User;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string | undefined;
}

const tokens = new Map<string, Token | Status>();

const readToken = (text: string): Token | Status => {
  const known = tokens.get(text);
  if (known !== undefined) return known;
  const match = TOKEN.exec(text);
  const [, namespace = '', name = '', uid] = match ?? [];
  const read = match === null ? unauthorized() : { user: serviceAccountUser(namespace, name), namespace, name, uid };
  tokens.set(text, read);
  return read;
};

const certificates = new WeakMap<Credential, User>();
const users = new Map<string, User>();

/** One object for each user, so that decisions about it can be remembered. */
const certificateUser = (credential: Extract<Credential, { readonly kind: 'certificate' }>): User => {
  const known = certificates.get(credential);
  if (known !== undefined) return known;
  const key = [credential.commonName, ...credential.organizations].join('\n');
  const user = users.get(key) ?? { name: credential.commonName, groups: [...credential.organizations, AUTHENTICATED] };
  users.set(key, user);
  certificates.set(credential, user);
  return user;
};

export const authenticate = (turn: Turn, credential: Credential): User | Status => {
  switch (credential.kind) {
    case 'certificate': return certificateUser(credential);
    case 'anonymous': return anonymous;
    case 'token': {
      const token = readToken(credential.token);
      if (isStatus(token)) return token;
      if (token.uid === undefined) return token.user;
      const accounts = turn.state.cachers.get('serviceaccounts');
      const account = accounts === undefined ? undefined : objectIn(accounts, token.namespace, token.name);
      return account?.metadata.uid === token.uid ? token.user : unauthorized();
    }
    default: {
      const never: never = credential;
      return never;
    }
  }
};
