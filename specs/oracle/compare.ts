/** Where two histories differ in what they tell. */
import type { Fields, Scalar } from './fields.ts';
import { differingPaths } from './fields.ts';
import type { Story, Told } from './story.ts';

export interface Disagreement {
  /** `deployment-controller: apps/deployments web`. */
  readonly stream: string;
  /** The write's place in its stream and the field, `create pods spec.nodeName`; or what is counted. */
  readonly at: string;
  readonly recorded: string;
  readonly ours: string;
}

const shown = (value: Scalar | undefined): string => (value === undefined ? 'absent' : JSON.stringify(value));

const actsOf = (stream: readonly Told[]): string => stream.map(({ act }) => act).join(', ');

/** Field by field; absent and null are the same. */
export const compareFields = (stream: string, act: string, recorded: Fields, ours: Fields): readonly Disagreement[] =>
  differingPaths(recorded, ours).map((path) => ({ stream, at: `${act} ${path}`, recorded: shown(recorded.get(path)), ours: shown(ours.get(path)) }));

const compareInOrder = (stream: string, recorded: readonly Told[], ours: readonly Told[]): readonly Disagreement[] => {
  const [real, own] = [actsOf(recorded), actsOf(ours)];
  const order = real === own ? [] : [{ stream, at: 'writes', recorded: real, ours: own }];
  return [...order, ...recorded.flatMap(({ act, fields }, i) => {
    const mine = ours[i];
    return mine === undefined || mine.act !== act ? [] : compareFields(stream, act, fields, mine.fields);
  })];
};

/** A number's way from 0, by its turning points: how many steps a way is taken in depends on how often it is looked at. */
const turningPoints = (values: readonly number[]): readonly number[] => values.reduce<readonly number[]>((way, value) => {
  const last = way.at(-1) ?? 0;
  const before = way.at(-2);
  if (value === last) return way;
  return before !== undefined && Math.sign(value - last) === Math.sign(last - before) ? [...way.slice(0, -1), value] : [...way, value];
}, [0]);

/** From nothing: a report begins empty. */
const distinct = (values: readonly (Scalar | undefined)[]): readonly string[] => [undefined, ...values].map(shown).filter((value, i, all) => value !== all[i - 1]);

/**
 * Numbers whose turning points are open too: a Deployment's are sums over reports of ReplicaSets that are written side by side; a DaemonSet counts its pods
 * right after creating some, which its cache may show or not yet; and an EndpointSlice whose last write the cache has not shown yet is left as it is for a
 * second, whatever passes in between. What they come to is compared at rest.
 */
const openOnTheWay: readonly (readonly [stream: RegExp, path: RegExp])[] = [
  [/: apps\/deployments /, /eplicas$/], [/: apps\/daemonsets /, /^currentNumberScheduled$/], [/endpointslices /, /^endpoints\./],
];

const isOpenOnTheWay = (stream: string, path: string): boolean => openOnTheWay.some(([streams, paths]) => streams.test(stream) && paths.test(path));

/** The way of a field through a stream of reports. */
const wayOf = (path: string, stream: readonly Told[]): string => {
  const values = stream.map(({ fields }) => fields.get(path));
  const isNumber = values.some((value) => typeof value === 'number');
  return (isNumber ? turningPoints(values.map((value) => Number(value ?? 0))) : distinct(values)).join(' > ');
};

const compareWays = (stream: string, recorded: readonly Told[], ours: readonly Told[]): readonly Disagreement[] => {
  const paths = [...new Set([...recorded, ...ours].flatMap(({ fields }) => [...fields.keys()]))].sort();
  return paths.filter((path) => !isOpenOnTheWay(stream, path)).map((path) => ({ stream, at: path, recorded: wayOf(path, recorded), ours: wayOf(path, ours) })).filter((one) => one.recorded !== one.ours);
};

const NONE: readonly Told[] = [];

const compareStreams = (
  recorded: ReadonlyMap<string, readonly Told[]>, ours: ReadonlyMap<string, readonly Told[]>,
  compare: (stream: string, recorded: readonly Told[], ours: readonly Told[]) => readonly Disagreement[],
): readonly Disagreement[] => [...new Set([...recorded.keys(), ...ours.keys()])].sort()
  .flatMap((stream) => compare(stream, recorded.get(stream) ?? NONE, ours.get(stream) ?? NONE));

export const compareStories = (recorded: Story, ours: Story): readonly Disagreement[] => [
  ...compareStreams(recorded.decisions, ours.decisions, compareInOrder),
  ...compareStreams(recorded.events, ours.events, compareInOrder),
  ...compareStreams(recorded.states, ours.states, compareWays),
];
