/** Scenario documents: what they mean, and what is said of one that is wrong. */
import { left, right } from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { accepted, problemsOf } from './inputs.ts';
import type { Files } from './inputs.ts';

const scenario = (spec: string): string => `apiVersion: kubeloom.dev/v1
kind: Scenario
metadata: {name: story}
spec:
${spec.replace(/^(?=.)/gm, '  ')}`;

const configMap = (name: string, namespace?: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}${namespace === undefined ? '' : `, namespace: ${namespace}`}}\n`;

/** The commands of a timeline of one entry. */
const commandsOf = (entry: string, disk: Files = {}): readonly unknown[] => accepted(scenario(`timeline: [{at: 1s, ${entry}}]`), {}, disk).timeline.map(({ command }) => command);

const web = { resource: 'deployments.apps', namespace: 'default', name: 'web' };

describe('scenario-file.cluster', () => {
  it('a number of nodes is node-1 to node-n', () => {
    expect(accepted(scenario('cluster: {nodes: 2, apiservers: 2, kubeProxy: false, leaderElection: false}')).cluster).toMatchObject({
      nodes: [{ name: 'node-1' }, { name: 'node-2' }], apiservers: 2, kubeProxy: false, leaderElection: false,
    });
  });

  it('groups of nodes have their labels, taints and capacity', () => {
    const { cluster } = accepted(scenario('cluster:\n  nodes:\n    - {name: big, capacity: {cpu: 32}}\n    - {name: spot, count: 2, labels: {pool: spot}, taints: [{key: spot, effect: NoSchedule}]}\n'));
    expect(cluster.nodes?.map(({ name }) => name)).toEqual(['big', 'spot-1', 'spot-2']);
    expect(cluster.nodes?.[0]?.capacity).toMatchObject({ cpu: '32', memory: '16Gi' });
    expect(cluster.nodes?.[2]).toMatchObject({ labels: { pool: 'spot' }, taints: [{ key: 'spot', effect: 'NoSchedule' }] });
  });

  it('Events may be off, and so may controllers', () => {
    expect(accepted(scenario('cluster: {events: false, controllers: ["*", -job-controller]}')).cluster).toEqual({ events: false, controllers: ['*', '-job-controller'] });
    expect(accepted(scenario('cluster: {nodes: 1}')).cluster).not.toHaveProperty('events');
    const problems = problemsOf(scenario('cluster: {events: 1, controllers: ["*", -jobs-controller, deploymentcontroller, 7]}'));
    expect(problems.map((problem) => problem.replace(/^.*Scenario story\), /, '').replace(/\*, .*, root-ca-certificate-publisher-controller/, '*, ...'))).toEqual([
      'spec.cluster.events: Expected true or false. Instead, received 1.',
      'spec.cluster.controllers[1]: Expected one of *, ..., or a name with a minus before it. Instead, received "-jobs-controller". Did you mean "-job-controller"?',
      'spec.cluster.controllers[2]: Expected one of *, ..., or a name with a minus before it. Instead, received "deploymentcontroller". Did you mean "deployment-controller"?',
      'spec.cluster.controllers[3]: Expected the name of a controller. Instead, received 7.',
    ]);
  });

  it('images have profiles', () => {
    expect(accepted(scenario('images: [{image: nginx, pullMs: 800, behavior: {startDelayMs: 20, runForMs: null}}]')).cluster.images)
      .toEqual([{ image: 'nginx', pullMs: 800, behavior: { startDelayMs: 20, runForMs: null } }]);
  });

  it('what the API would refuse in a Node is refused, at its line', () => {
    expect(problemsOf(scenario('cluster:\n  nodes:\n    - name: a\n      capacity:\n        cpu: 4x\n    - name: b\n      taints: [{key: x, effect: Never}]\n'))).toEqual([
      'in.yaml:9, document 1 (Scenario story), spec.cluster.nodes[0].capacity.cpu: Node in version "v1" cannot be handled as a Node: '
      + 'quantities must match the regular expression \'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$\'',
      'in.yaml:11, document 1 (Scenario story), spec.cluster.nodes[1].taints[0].effect: Node "b" is invalid: '
      + 'spec.taints[0].effect: Unsupported value: "Never": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
    ]);
  });

  it('wrong clusters and images', () => {
    expect(problemsOf(scenario('cluster: {nodes: 0, apiserver: 2}\nimages:\n  - {image: a, behavior: {exitCode: 300}}\n  - {image: "a/*", present: true}\n'))).toEqual([
      'in.yaml:5, document 1 (Scenario story), spec.cluster.apiserver: Expected one of nodes, apiservers, kubeProxy, leaderElection, lag, events, controllers. Instead, received "apiserver". Did you mean "apiservers"?',
      'in.yaml:5, document 1 (Scenario story), spec.cluster.nodes: Expected a number of nodes, a whole number from 1 on. Instead, received 0.',
      'in.yaml:7, document 1 (Scenario story), spec.images[0].behavior.exitCode: field "exitCode" must be an integer from 0 to 255, not 300',
      'in.yaml:8, document 1 (Scenario story), spec.images[1].image: Expected a whole image where present is true. Instead, received the pattern "a/*".',
    ]);
    expect(problemsOf(scenario('cluster: {nodes: [{name: big-1}, {name: big, count: 2}]}'))).toEqual([
      'in.yaml:5, document 1 (Scenario story), spec.cluster.nodes[1].name: Expected every node once. Instead, received a second node "big-1".',
    ]);
  });
});

describe('scenario-file.trials', () => {
  const vocabulary = { properties: ['converges', 'pods.bind-once'], readFaults: (text: string) => (text === 'crash,reset' ? right(text) : left(`Expected crash,reset. Instead, received "${text}".`)) };

  it('name variants, faults, properties and expectations, beside the lag of the cluster', () => {
    const spec = 'cluster: {lag: 250ms}\nvariants: [stale-hash-collision]\nfaults: [crash, reset]\nproperties: [converges]\nexpect: [deployment/web=Available, shop/job/m=Complete]';
    const { trials, cluster } = accepted(scenario(spec), { vocabulary });
    expect(cluster).toEqual({ lagMs: 250 });
    expect(trials).toEqual({ variants: ['stale-hash-collision'], faults: 'crash,reset', properties: ['converges'], expect: ['deployment/web=Available', 'shop/job/m=Complete'] });
  });

  it('are none where the file says nothing', () => {
    expect(accepted(scenario('cluster: {nodes: 1}')).trials).toEqual({});
    expect(accepted(configMap('a')).trials).toEqual({});
  });

  it('unknown names, with the nearest', () => {
    const spec = 'cluster: {lag: soon}\nvariants: [stale-hash-colision]\nfaults: fire\nproperties:\n  - convergs\n  - pods.bind-once\nexpect: [deployment/web]\nexpected: []\n';
    const problems = problemsOf(scenario(spec), { vocabulary })
      .map((problem) => problem.replace('document 1 (Scenario story), ', ''));
    expect(problems).toEqual([
      'in.yaml:12, spec.expected: Expected one of cluster, images, timeline, manifests, variants, faults, properties, expect. Instead, received "expected". Did you mean "expect"?',
      'in.yaml:5, spec.cluster.lag: Expected how far a message may lag behind the clock, a duration such as 500ms or 1s. Instead, received "soon".',
      expect.stringMatching(/^in\.yaml:6, spec\.variants\[0\]: Expected one of .*stale-hash-collision.* Instead, received "stale-hash-colision"\. Did you mean "stale-hash-collision"\?$/),
      'in.yaml:7, spec.faults: Expected crash,reset. Instead, received "fire".',
      'in.yaml:9, spec.properties[0]: Expected one of converges, pods.bind-once. Instead, received "convergs". Did you mean "converges"?',
      'in.yaml:11, spec.expect[0]: Expected a condition such as deployment/web=Available, shop/job/migrate=Complete or pod/hello=deleted. Instead, received "deployment/web".',
    ]);
  });
});

describe('scenario-file.commands', () => {
  it('mirror kubectl, with targets as kubectl takes them', () => {
    expect(commandsOf('scale: {target: deploy/web, replicas: 5}')).toEqual([{ kind: 'scale', target: web, replicas: 5 }]);
    expect(commandsOf('delete: deployment/web')).toEqual([{ kind: 'delete', target: web }]);
    expect(commandsOf('delete: {target: deployments.apps/web, namespace: shop, cascade: foreground, gracePeriodSeconds: 0}'))
      .toEqual([{ kind: 'delete', target: { ...web, namespace: 'shop' }, cascade: 'Foreground', gracePeriodSeconds: 0 }]);
    expect(commandsOf('setImage: {target: deploy/web, container: app, image: "nginx:2"}')).toEqual([{ kind: 'set-image', target: web, container: 'app', image: 'nginx:2' }]);
    expect(commandsOf('patch: {target: deploy/web, patch: {spec: {paused: true}}}')).toEqual([{ kind: 'patch', target: web, patchType: 'strategic', patch: { spec: { paused: true } } }]);
    expect(commandsOf('patch: {target: no/n, type: json, patch: [], subresource: status}'))
      .toEqual([{ kind: 'patch', target: { resource: 'nodes', name: 'n' }, patchType: 'json', patch: [], subresource: 'status' }]);
    expect(commandsOf('rolloutRestart: {target: ds/agent, namespace: ops}')).toEqual([{ kind: 'rollout-restart', target: { resource: 'daemonsets.apps', namespace: 'ops', name: 'agent' } }]);
    expect(commandsOf('evict: po/x')).toEqual([{ kind: 'evict', target: { resource: 'pods', namespace: 'default', name: 'x' } }]);
    expect(commandsOf('cordon: node-1')).toEqual([{ kind: 'cordon', node: 'node-1' }]);
    expect(commandsOf('uncordon: node-3')).toEqual([{ kind: 'uncordon', node: 'node-3' }]);
  });

  it('apply, create and replace take paths, objects, and lists of them', () => {
    const disk = { 'a.yaml': `${configMap('a')}---\n${configMap('b')}` };
    const named = (entry: string): readonly string[] => accepted(scenario(`timeline: [{at: 1s, ${entry}}]`), {}, disk).timeline
      .map(({ command }) => ('object' in command ? `${command.kind} ${command.object.metadata.name}` : command.kind));
    expect(named('apply: a.yaml')).toEqual(['apply a', 'apply b']);
    expect(named('create: {apiVersion: v1, kind: ConfigMap, metadata: {name: c}}')).toEqual(['create c']);
    expect(named('replace: [a.yaml, {apiVersion: v1, kind: ConfigMap, metadata: {name: c}}]')).toEqual(['replace a', 'replace b', 'replace c']);
  });

  it('wrong commands are told apart', () => {
    const lines = [
      '{at: soon, aply: a.yaml}', '{at: 1s}', '{scale: {target: web, replicas: -1}}', '{at: 2s, cordon: node-7}', '{at: 2s, evict: deploy/web}', '{at: 2s, delete: gadget/x}',
      '{at: 2s, rolloutRestart: rs/web}', '{at: 2s, scale: {target: ds/web, replicas: 1}}', '{at: 2s, cordon: node-1, uncordon: node-1}', '{at: 2s, patch: {target: deploy/web, patch: []}}',
      '{at: 2s, apply: {apiVersion: v1, kind: ConfigMap, metadata: {generateName: x-}}}', '{at: 2s, apply: {apiVersion: v1, kind: Pod, metadata: {name: x}}}',
    ];
    const problems = problemsOf(scenario(`timeline:\n${lines.map((line) => `  - ${line}\n`).join('')}`)).map((problem) => problem.replace('document 1 (Scenario story), spec.timeline', ''));
    const all = 'apply, create, replace, delete, scale, patch, setImage, rolloutRestart, cordon, uncordon, evict';
    expect(problems).toEqual([
      'in.yaml:6, [0].at: Expected a duration after the cluster is up such as 30s or 1m30s. Instead, received "soon".',
      `in.yaml:6, [0].aply: Expected one of ${all}. Instead, received "aply". Did you mean "apply"?`,
      `in.yaml:7, [1]: Expected one command beside at: ${all}. Instead, received none.`,
      'in.yaml:8, [2].at: Expected at to be set, the time after the cluster is up such as 30s. Instead, received nothing.',
      'in.yaml:8, [2].scale.target: Expected a target such as deployment/web. Instead, received "web".',
      'in.yaml:8, [2].scale.replicas: Expected a number of replicas, a whole number from 0 on. Instead, received -1.',
      'in.yaml:9, [3].cordon: nodes "node-7" not found. The cluster has node-1, node-2, node-3.',
      'in.yaml:10, [4].evict: Expected a pod such as pod/web-1. Instead, received "deploy/web".',
      'in.yaml:11, [5].delete: the server doesn\'t have a resource type "gadget". Expected a target such as deployment/web.',
      'in.yaml:12, [6].rolloutRestart: Expected a deployment, daemonset or statefulset such as deployment/web. Instead, received "rs/web".',
      'in.yaml:13, [7].scale.target: Expected a replicationcontroller, deployment, replicaset or statefulset such as deployment/web. Instead, received "ds/web".',
      'in.yaml:14, [8].uncordon: Expected one command an entry. Instead, received cordon and uncordon. Give each its own entry; entries may have the same time.',
      'in.yaml:15, [9].patch.patch: Expected a mapping. Instead, received []. A JSON patch has type: json.',
      'in.yaml:16, document 1 (ConfigMap x-*), spec.timeline[10].apply.metadata.name: from x-: cannot use generate name with apply',
      'in.yaml:17, document 1 (Pod x), spec.timeline[11].apply.spec.containers: Pod "x" is invalid: spec.containers: Required value',
    ]);
  });

  it('entries stand in the order of time', () => {
    expect(problemsOf(scenario('timeline:\n  - {at: 5s, cordon: node-1}\n  - {at: 3s, uncordon: node-1}\n'))).toEqual([
      'in.yaml:7, document 1 (Scenario story), spec.timeline[1].at: Expected entries in the order of time. Instead, received 3s after a later one.',
    ]);
  });

  it('--nodes says which nodes there are', () => {
    const text = scenario('cluster: {nodes: 5}\ntimeline: [{at: 1s, cordon: node-5}]');
    expect(problemsOf(text)).toEqual([]);
    expect(problemsOf(text, { nodes: [] })[0]).toContain('nodes "node-5" not found');
  });
});

describe('scenario-file.files', () => {
  it('paths are relative to the file; the manifests run first, then the timeline', () => {
    const text = scenario('manifests: [first.yaml, ../shared/second.yaml]\ntimeline: [{at: 90s, apply: later.yaml}]');
    const disk = { 'd/first.yaml': configMap('a'), 'shared/second.yaml': configMap('b'), 'd/later.yaml': configMap('a') };
    const { name, timeline } = accepted({ 'd/story.yaml': text }, {}, disk);
    expect(name).toBe('story');
    expect(timeline.map(({ afterMs, command }) => [afterMs, command.kind, 'object' in command ? command.object.metadata.name : ''])).toEqual([[0, 'apply', 'a'], [0, 'apply', 'b'], [90_000, 'apply', 'a']]);
  });

  it('a file that the scenario names is used there and nowhere else, even when its folder is given', () => {
    const disk = { 'd/later.yaml': configMap('a') };
    const { timeline } = accepted({ 'd/now.yaml': configMap('b'), 'd/later.yaml': configMap('a'), 'd/story.yaml': scenario('timeline: [{at: 1s, apply: later.yaml}]') }, {}, disk);
    expect(timeline.map(({ afterMs }) => afterMs)).toEqual([0, 1000]);
  });

  it('a scenario stands among manifests in one file, and makes the namespaces that its timeline needs', () => {
    const { timeline, addedNamespaces } = accepted(`${configMap('a')}---\n${scenario('timeline: [{at: 1s, apply: {apiVersion: v1, kind: ConfigMap, metadata: {name: b, namespace: shop}}}]')}`);
    expect(addedNamespaces).toEqual(['shop']);
    expect(timeline.map(({ afterMs, command }) => [afterMs, command.kind])).toEqual([[0, 'create'], [0, 'apply'], [1000, 'apply']]);
  });

  it('a file that is not there is named at the place that names it', () => {
    expect(problemsOf({ 'd/s.yaml': scenario('manifests: [gone.yaml]') })).toEqual([
      'd/s.yaml:5, document 1 (Scenario story), spec.manifests[0]: d/gone.yaml: Expected a file or folder. Instead, found nothing by that name.',
    ]);
  });

  it('a problem in a file that it names is told with that file\'s own place', () => {
    expect(problemsOf(scenario('manifests: [a.yaml]'), {}, { 'a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndat: {}\n' }))
      .toEqual(['a.yaml:4, document 1 (ConfigMap a), dat: ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "dat"']);
  });

  it('there is one scenario at most, and none within another', () => {
    expect(problemsOf({ 'a.yaml': scenario('{}'), 'b.yaml': scenario('{}') })).toEqual(['b.yaml:1, document 1 (Scenario story): Expected one scenario. Instead, received a second. The first is in a.yaml, document 1.']);
    expect(problemsOf(scenario('manifests: [b.yaml]'), { skipUnknown: true }, { 'b.yaml': scenario('{}') })[0]).toContain('none holds or names another');
  });

  it('another version, kind, or field is refused', () => {
    expect(problemsOf('apiVersion: kubeloom.dev/v2\nkind: Scene\nmetadata: {}\nspec: {timelines: []}\n', { skipUnknown: true })).toEqual([
      'in.yaml:1, document 1 (Scene), apiVersion: Expected kubeloom.dev/v1. Instead, received "kubeloom.dev/v2". Did you mean "kubeloom.dev/v1"?',
      'in.yaml:2, document 1 (Scene), kind: Expected Scenario. Instead, received "Scene".',
      'in.yaml:3, document 1 (Scene), metadata.name: Expected name to be set. Instead, received nothing.',
      'in.yaml:4, document 1 (Scene), spec.timelines: Expected one of cluster, images, timeline, manifests, variants, faults, properties, expect. Instead, received "timelines". Did you mean "timeline"?',
    ]);
  });
});
