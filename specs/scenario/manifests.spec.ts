/** Bad manifests: each is refused with its file, line, document and path, in the API's words where the API speaks. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { accepted, problemsOf } from './inputs.ts';

interface Parts { readonly replicas?: string; readonly label?: string; readonly cpu?: string; readonly more?: string; readonly name?: string }

const deployment = ({ replicas = '3', label = 'web', cpu = '100m', more = '', name = 'web' }: Parts = {}): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  replicas: ${replicas}
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: ${label}}
    spec:
      containers:
        - name: web
          image: nginx:1.29
          resources:
            requests:
              cpu: ${cpu}
${more}`;

const configMap = (metadata: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: ${metadata}\n`;

describe('manifests.kind', () => {
  it('an unknown kind is named with its version', () => {
    expect(problemsOf('apiVersion: apps/v1\nkind: Deploymnt\nmetadata: {name: web}')).toEqual([
      'in.yaml:2, document 1 (Deploymnt web), kind: no matches for kind "Deploymnt" in version "apps/v1". '
      + 'Custom resources need their own controllers, which are not simulated: leave it out with --skip-unknown.',
    ]);
  });

  it('a kind that is served in another version is said to be', () => {
    expect(problemsOf('apiVersion: extensions/v1beta1\nkind: Deployment\nmetadata: {name: web}')).toEqual([
      'in.yaml:2, document 1 (Deployment web), kind: no matches for kind "Deployment" in version "extensions/v1beta1". '
      + 'The cluster serves Deployment in apps/v1 only: leave it out with --skip-unknown.',
    ]);
  });

  it('a custom resource is left out with --skip-unknown, and named', () => {
    const { timeline, skipped } = accepted(`apiVersion: example.com/v1\nkind: Gadget\nmetadata: {name: g}\n---\n${configMap('{name: a}')}`, { skipUnknown: true });
    expect(timeline.map(({ command }) => command.kind)).toEqual(['apply']);
    expect(skipped.map(({ object, line }) => [object, line])).toEqual([['Gadget g', 2]]);
  });

  it('a request that is no object, such as an Eviction, cannot be applied', () => {
    expect(problemsOf('apiVersion: policy/v1\nkind: Eviction\nmetadata: {name: web}')[0]).toContain('no matches for kind "Eviction" in version "policy/v1"');
  });
});

describe('manifests.fields', () => {
  it('a field that the kind does not have', () => {
    expect(problemsOf(deployment({ more: '  replica: 3\n' }))).toEqual([
      'in.yaml:19, document 1 (Deployment web), spec.replica: Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "spec.replica"',
    ]);
  });

  it('a value of the wrong type', () => {
    expect(problemsOf(deployment({ replicas: 'three' }))).toEqual([
      'in.yaml:6, document 1 (Deployment web), spec.replicas: Deployment in version "v1" cannot be handled as a Deployment: '
      + 'json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
    ]);
  });

  it('a malformed quantity', () => {
    expect(problemsOf(deployment({ cpu: '100x' }))).toEqual([
      'in.yaml:18, document 1 (Deployment web), spec.template.spec.containers[0].resources.requests.cpu: Deployment in version "v1" cannot be handled as a Deployment: '
      + 'quantities must match the regular expression \'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$\'',
    ]);
  });

  it('negative replicas', () => {
    expect(problemsOf(deployment({ replicas: '-1' }))).toEqual([
      'in.yaml:6, document 1 (Deployment web), spec.replicas: Deployment.apps "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    ]);
  });

  it('a selector that does not match its template', () => {
    expect(problemsOf(deployment({ label: 'other' }))).toEqual([
      'in.yaml:11, document 1 (Deployment web), spec.template.metadata.labels: Deployment.apps "web" is invalid: '
      + 'spec.template.metadata.labels: Invalid value: {"app":"other"}: `selector` does not match template `labels`',
    ]);
  });

  it('every problem of every document is told at once', () => {
    const problems = problemsOf(`${deployment({ replicas: '-1' })}---\n${deployment({ name: 'api', cpu: 'lots' })}`);
    expect(problems.map((problem) => problem.split(': ')[0])).toEqual([
      'in.yaml:6, document 1 (Deployment web), spec.replicas',
      'in.yaml:37, document 2 (Deployment api), spec.template.spec.containers[0].resources.requests.cpu',
    ]);
  });

  it('a malformed behaviour is found in the template before any container runs', () => {
    const pod = 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n  annotations:\n    kubeloom.dev/behavior: \'{"runFor": 3}\'\nspec: {containers: [{name: a, image: b}]}';
    expect(problemsOf(pod)[0]).toMatch(/^in\.yaml:6, document 1 \(Pod web\), metadata\.annotations\[kubeloom\.dev\/behavior\]: annotation kubeloom\.dev\/behavior: unknown field "runFor"/);
  });
});

describe('manifests.names', () => {
  it('metadata.name must be set', () => {
    expect(problemsOf(configMap('{}'))).toEqual(['in.yaml:3, document 1 (ConfigMap), metadata.name: ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required']);
  });

  it('apiVersion, kind and metadata must be there', () => {
    const problems = problemsOf('kind: ConfigMap\n---\napiVersion: v1\n---\napiVersion: v1\nkind: ConfigMap\n---\n- a\n');
    expect(problems.map((problem) => problem.replace(/ Every Kubernetes .*/, ''))).toEqual([
      'in.yaml:1, document 1 (ConfigMap), apiVersion: Expected apiVersion to be set. Instead, received nothing.',
      'in.yaml:3, document 2, kind: Expected kind to be set. Instead, received nothing.',
      'in.yaml:5, document 3 (ConfigMap), metadata: Expected metadata to be a mapping. Instead, received nothing.',
      'in.yaml:8, document 4: Expected a Kubernetes object. Instead, received ["a"].',
    ]);
  });

  it('an object may not be there twice, in one file or in two', () => {
    expect(problemsOf({ 'a.yaml': `${configMap('{name: x}')}---\n${configMap('{name: x, namespace: other}')}`, 'b.yaml': configMap('{name: x, namespace: default}') })).toEqual([
      'b.yaml:3, document 1 (ConfigMap default/x), metadata.name: Expected every object once. Instead, received a second ConfigMap "x". The first is in a.yaml:3, document 1.',
    ]);
  });

  it('objects with generateName are created, each time anew', () => {
    const { timeline } = accepted(`${configMap('{generateName: x-}')}---\n${configMap('{generateName: x-}')}`);
    expect(timeline.map(({ command }) => command.kind)).toEqual(['create', 'create']);
  });
});

describe('manifests.documents', () => {
  it('a List is its items, in order', () => {
    const { timeline } = accepted('apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: b}}\n');
    expect(timeline.flatMap(({ command }) => (command.kind === 'apply' ? [command.object.metadata.name] : []))).toEqual(['a', 'b']);
  });

  it('an item of a List has its own path', () => {
    expect(problemsOf('apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: a}\n  dat: {}\n')).toEqual([
      'in.yaml:7, document 1 (ConfigMap a), items[0].dat: ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "dat"',
    ]);
  });

  it('empty documents and comments are passed over, and counted', () => {
    expect(problemsOf('# a comment\n---\n---\nkind: ConfigMap\n')[0]).toMatch(/^in\.yaml:4, document 2 \(ConfigMap\)/);
    expect(accepted('# only a comment\n').timeline).toEqual([]);
    expect(accepted('').timeline).toEqual([]);
  });

  it('namespaces come first, and those that nobody makes are made', () => {
    const { timeline, addedNamespaces } = accepted(`${configMap('{name: a, namespace: shop}')}---\n${configMap('{name: b, namespace: lost}')}---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n`);
    expect(addedNamespaces).toEqual(['lost']);
    expect(timeline.map(({ command }) => ('object' in command ? `${command.kind} ${command.object.metadata.name}` : command.kind))).toEqual(['create lost', 'apply shop', 'apply a', 'apply b']);
  });

  it('objects that name no namespace go to that of the flag', () => {
    expect(accepted(configMap('{name: a}'), { namespace: 'shop' }).addedNamespaces).toEqual(['shop']);
  });
});

describe('manifests.yaml', () => {
  it('text that does not parse is refused at its line, and nothing else of the file is judged', () => {
    expect(problemsOf({ 'a.yaml': `${configMap('{}')}---\nmetadata: [1, 2\nkind: x\n` })[0]).toMatch(/^a\.yaml:\d+, document 2: Expected YAML\. Instead, received text that does not parse: /);
  });

  it('a key that is there twice is refused with its path', () => {
    expect(problemsOf('apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  name: b\n')).toEqual([
      'in.yaml:5, document 1, metadata.name: Expected every key of a mapping once. Instead, received "name" a second time.',
    ]);
  });

  it('an alias without an anchor is refused; with one it is what it stands for, and lines are found through it', () => {
    expect(problemsOf('apiVersion: v1\nkind: ConfigMap\nmetadata: *gone\n')[0]).toMatch(/^in\.yaml:1, document 1: Expected YAML\. Instead, received text that does not resolve: .*gone/);
    expect(problemsOf('apiVersion: v1\nkind: ConfigMap\nmetadata: &m {name: a, labels: &l {k: v}, annotations: *l}\n')).toEqual([]);
    expect(problemsOf('x: &x {name: a}\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  <<: *x\n').map((problem) => problem.split(': ')[0]))
      .toEqual(['in.yaml:1, document 1 (ConfigMap a), x']);
  });

  it('yes is true and 0644 is octal, as to Go; dates and 1:30 are text', () => {
    const data = (value: string): string => `${configMap('{name: a}')}data: {key: ${value}}\n`;
    expect(problemsOf(data('yes'))[0]).toContain('json: cannot unmarshal bool into Go struct field ConfigMap.data of type string');
    expect(problemsOf(data('2026-01-01'))).toEqual([]);
    expect(problemsOf(data('1:30'))).toEqual([]);
    const pod = (mode: string): string => `apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: a, image: b}], volumes: [{name: v, secret: {secretName: s, defaultMode: ${mode}}}]}\n`;
    expect(JSON.stringify(accepted(pod('0644')).timeline)).toContain('"defaultMode":420');
  });
});

describe('manifests.omissions', () => {
  const whole = [
    { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec: { containers: [{ name: 'a', image: 'b', ports: [{ containerPort: 80 }] }], tolerations: [{ key: 'x', operator: 'Exists' }] } },
    ...['Deployment', 'ReplicaSet', 'DaemonSet', 'StatefulSet'].map((kind) => ({
      apiVersion: 'apps/v1', kind, metadata: { name: 'a' },
      spec: { selector: { matchLabels: { a: 'b' } }, template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'a', image: 'b' }], volumes: [{ name: 'v', emptyDir: {} }] } } },
    })),
    { apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: 'a' }, spec: { schedule: '* * * * *', jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'b' }] } } } } } },
    { apiVersion: 'v1', kind: 'Service', metadata: { name: 'a' }, spec: { selector: { a: 'b' }, ports: [{ port: 80 }] } },
    { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'a' }, spec: { minAvailable: 1, selector: { matchLabels: { a: 'b' } } } },
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata: { name: 'a' }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'a' }, subjects: [{ kind: 'User', name: 'x' }] },
  ];

  /** Every value with one part of it, at any depth, replaced. */
  const variants = (value: unknown, replacement: unknown): readonly unknown[] => {
    if (Array.isArray(value)) return value.flatMap((item: unknown, i) => [replacement, ...variants(item, replacement)].map((one) => value.with(i, one) as unknown));
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([key, held]) => [replacement, ...variants(held, replacement)].map((one) => ({ ...value, [key]: one })));
  };

  it('whatever is missing, null or empty, the reader answers', () => {
    for (const replacement of [undefined, null, {}, [], [null], 'x', 3]) {
      for (const object of whole) for (const variant of variants(object, replacement)) expect(() => problemsOf(JSON.stringify(variant))).not.toThrow();
    }
  });

  it('a workload without a spec lacks what the API asks for', () => {
    expect(problemsOf('apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {}\n')).toEqual(['in.yaml:4, document 1 (Pod a), spec.containers: Pod "a" is invalid: spec.containers: Required value']);
    expect(problemsOf('apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n').map((problem) => problem.replace(/^.* is invalid: /, ''))).toContain('spec.selector: Required value');
  });
});

describe('manifests.real', () => {
  for (const name of ['online-boutique', 'guestbook', 'cassandra']) {
    const path = resolve(import.meta.dirname, '../../../shared/manifests', `${name}.yaml`);
    it.skipIf(!existsSync(path))(`${name} is accepted unchanged`, () => {
      expect(problemsOf(readFileSync(path, 'utf8'))).toEqual([]);
    });
  }
});
