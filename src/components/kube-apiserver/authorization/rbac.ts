/**
 * Role-based access control as a table that is built once per state of the roles and bindings, with its decisions remembered.
 * Models: plugin/pkg/auth/authorizer/rbac/rbac.go, pkg/registry/rbac/validation/rule.go
 */
import { emptyMap } from '../../../base/persistent-map.ts';
import type { PersistentMap } from '../../../base/persistent-map.ts';
import type { KubeObject } from '../../../api/object.ts';
import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, Subject } from '../../../api/types.ts';
import type { User } from '../state.ts';
import type { Turn } from '../turn.ts';

/** What is to be done to what, as rules speak of it. */
export interface Attributes {
  readonly verb: string;
  readonly group: string;
  /** With its subresource: `pods/binding`. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
}

type Objects = PersistentMap<PersistentMap<KubeObject>>;

/** Rules by subject: `*` holds in all namespaces. */
type Grants = ReadonlyMap<string, ReadonlyMap<string, readonly PolicyRule[]>>;

interface Table {
  readonly sources: readonly Objects[];
  readonly grants: Grants;
  readonly named: ReadonlySet<string>;
  readonly decisions: WeakMap<User, Map<string, boolean>>;
}

const none: Objects = emptyMap();

const each = <T>(objects: Objects, visit: (object: T) => void): void => {
  for (const inNamespace of objects.values()) for (const object of inNamespace.values()) visit(object as unknown as T);
};

const subjectKey = (subject: Subject, namespace: string): string => {
  switch (subject.kind) {
    case 'Group': return `group ${subject.name}`;
    case 'ServiceAccount': return `user system:serviceaccount:${subject.namespace ?? namespace}:${subject.name}`;
    default: return `user ${subject.name}`;
  }
};

const grantsOf = ([clusterRoles, clusterBindings, roles, bindings]: readonly [Objects, Objects, Objects, Objects]): Grants => {
  const grants = new Map<string, Map<string, PolicyRule[]>>();
  const grant = (subjects: readonly Subject[] | undefined, scope: string, rules: readonly PolicyRule[]): void => {
    for (const subject of subjects ?? []) {
      const key = subjectKey(subject, scope);
      const byScope = grants.get(key) ?? new Map<string, PolicyRule[]>();
      grants.set(key, byScope);
      byScope.set(scope, [...(byScope.get(scope) ?? []), ...rules]);
    }
  };
  const clusterRules = (name: string): readonly PolicyRule[] => (clusterRoles.get('')?.get(name) as ClusterRole | undefined)?.rules ?? [];
  each<ClusterRoleBinding>(clusterBindings, (binding) => grant(binding.subjects, '*', clusterRules(binding.roleRef.name)));
  each<RoleBinding>(bindings, (binding) => {
    const namespace = binding.metadata.namespace ?? '';
    const { kind, name } = binding.roleRef;
    grant(binding.subjects, namespace, kind === 'ClusterRole' ? clusterRules(name) : (roles.get(namespace)?.get(name) as Role | undefined)?.rules ?? []);
  });
  return grants;
};

const GROUP = '.rbac.authorization.k8s.io';
const tables = new WeakMap<Objects, Table>();

/** The table of the caches as they stand. Why keyed by one of its sources: roles and bindings change rarely, requests come always. */
const tableOf = (turn: Turn): Table => {
  const of = (resource: string): Objects => turn.state.cachers.get(resource + GROUP)?.objects ?? none;
  const sources = [of('clusterroles'), of('clusterrolebindings'), of('roles'), of('rolebindings')] as const;
  const known = tables.get(sources[0]);
  if (known !== undefined && known.sources.every((source, i) => source === sources[i])) return known;
  const grants = grantsOf(sources);
  const table = { sources, grants, named: namedIn(grants), decisions: new WeakMap<User, Map<string, boolean>>() };
  tables.set(sources[0], table);
  return table;
};

const has = (list: readonly string[] | undefined, value: string): boolean => list !== undefined && (list.includes('*') || list.includes(value));

const resourceMatches = (rule: PolicyRule, resource: string): boolean => {
  if (has(rule.resources, resource)) return true;
  const slash = resource.indexOf('/');
  return slash >= 0 && (rule.resources ?? []).includes(`*${resource.slice(slash)}`);
};

/** True when one rule allows it. Source: `rbac.RuleAllows`. */
export const ruleAllows = (rule: PolicyRule, wanted: Attributes): boolean =>
  has(rule.verbs, wanted.verb) && has(rule.apiGroups, wanted.group) && resourceMatches(rule, wanted.resource)
  && ((rule.resourceNames ?? []).length === 0 || (rule.resourceNames ?? []).includes(wanted.name));

const decide = (grants: Grants, user: User, wanted: Attributes): boolean => {
  for (const key of [`user ${user.name}`, ...user.groups.map((group) => `group ${group}`)]) {
    const byScope = grants.get(key);
    if (byScope === undefined) continue;
    if ((byScope.get('*') ?? []).some((rule) => ruleAllows(rule, wanted))) return true;
    if (wanted.namespace !== '' && (byScope.get(wanted.namespace) ?? []).some((rule) => ruleAllows(rule, wanted))) return true;
  }
  return false;
};

/** The resources of which some rule names single objects. */
const namedIn = (grants: Grants): ReadonlySet<string> => {
  const rules = [...grants.values()].flatMap((byScope) => [...byScope.values()].flat());
  return new Set(rules.filter((rule) => (rule.resourceNames ?? []).length > 0).flatMap((rule) => [...(rule.resources ?? [])]));
};

/** Decisions that a name cannot change are remembered without it. */
const decisionKey = ({ named }: Table, wanted: Attributes): string => {
  const key = `${wanted.verb} ${wanted.group}/${wanted.resource} ${wanted.namespace}`;
  if (named.size === 0) return key;
  const slash = wanted.resource.indexOf('/');
  const matters = named.has('*') || named.has(wanted.resource) || (slash >= 0 && named.has(`*${wanted.resource.slice(slash)}`));
  return matters ? `${key} ${wanted.name}` : key;
};

export const rbacAllows = (turn: Turn, user: User, wanted: Attributes): boolean => {
  const table = tableOf(turn);
  const known = table.decisions.get(user) ?? new Map<string, boolean>();
  table.decisions.set(user, known);
  const key = decisionKey(table, wanted);
  const decided = known.get(key);
  if (decided !== undefined) return decided;
  const decision = decide(table.grants, user, wanted);
  known.set(key, decision);
  return decision;
};
