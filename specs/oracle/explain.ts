/** A comparison that knows the differences between the versions: what it cannot explain, and which explanations it needed. */
import type { Disagreement } from './compare.ts';
import { compareStories } from './compare.ts';
import type { Difference, Side } from './differences.ts';
import type { Write } from './history.ts';
import { compareAtRest, compareAtTheEnd } from './rest.ts';
import { storyOf } from './story.ts';

export interface Verdict {
  readonly unexplained: readonly Disagreement[];
  /** Ids of the differences that were needed. */
  readonly used: ReadonlySet<string>;
}

type Reworded = (value: unknown) => unknown;

const withoutOwnWrites = (history: readonly Write[], side: Side, differences: readonly Difference[], used: Set<string>): readonly Write[] => history.filter((write, i) => {
  const why = differences.find((one) => one.kind === 'write' && one.side === side && one.is(write, i, history));
  if (why !== undefined) used.add(why.id);
  return why === undefined;
});

const rewording = (side: Side, differences: readonly Difference[], used: Set<string>): ((text: string) => string) => (text) => differences.reduce((said, one) => {
  if (one.kind !== 'wording' || one.side !== side || !one.pattern.test(said)) return said;
  used.add(one.id);
  return said.replace(one.pattern, one.replacement);
}, text);

const throughout = (reword: (text: string) => string): Reworded => {
  const inner: Reworded = (value) => {
    if (typeof value === 'string') return reword(value);
    if (Array.isArray(value)) return value.map(inner);
    return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).map(([key, field]) => [key, inner(field)])) : value;
  };
  return inner;
};

const prepared = (history: readonly Write[], side: Side, differences: readonly Difference[], used: Set<string>): readonly Write[] => {
  const reword = throughout(rewording(side, differences, used));
  return withoutOwnWrites(history, side, differences, used).map((write) => ({ ...write, request: reword(write.request) as Write['request'], response: reword(write.response) as Write['response'] }));
};

const explains = (one: Difference, { stream, at, recorded, ours }: Disagreement): boolean =>
  one.kind === 'field' && one.stream.test(stream) && one.at.test(at) && one.recorded.test(recorded) && one.ours.test(ours);

export interface Judged {
  readonly recorded: readonly Write[];
  readonly ours: readonly Write[];
  /** Whether the kubelets did the same in both, so that what stands at rest can be compared before the end as well. */
  readonly hasSameKubelets: boolean;
}

export const judge = ({ recorded, ours, hasSameKubelets }: Judged, differences: readonly Difference[]): Verdict => {
  const used = new Set<string>();
  const [real, own] = [prepared(recorded, 'recorded', differences, used), prepared(ours, 'ours', differences, used)];
  const unexplained = [...compareStories(storyOf(real), storyOf(own)), ...(hasSameKubelets ? compareAtRest : compareAtTheEnd)(real, own)].filter((disagreement) => {
    const why = differences.find((one) => explains(one, disagreement));
    if (why !== undefined) used.add(why.id);
    return why === undefined;
  });
  return { unexplained, used };
};

/** For a failure's message. */
export const printDisagreement = ({ stream, at, recorded, ours }: Disagreement): string => `${stream}: ${at}\n  recorded ${recorded}\n  ours     ${ours}`;
