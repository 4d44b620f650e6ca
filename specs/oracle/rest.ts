/**
 * What stands reported whenever the cluster has come to rest: before each doing of the user or of the kubelets that follows a pause in both histories,
 * and at the end. How often a component looks on the way is open; what it says when nothing moves any more is not.
 */
import type { Disagreement } from './compare.ts';
import { compareFields } from './compare.ts';
import type { Fields } from './fields.ts';
import type { Write } from './history.ts';
import { succeeded } from './history.ts';
import { renamer, renamingOf } from './names.ts';
import { storyOf } from './story.ts';

/** Longer than any reaction in the recordings, but for those that their clients' own rate limits held up; no doing follows one of these. */
const PAUSE_MS = 55;
/** The EndpointSlice controller, when its cache has not shown its own write yet, tries again after a second. */
const SLICES_PAUSE_MS = 1100;

const pauseFor = (stream: string): number => (stream.startsWith('endpointslice-controller') ? SLICES_PAUSE_MS : PAUSE_MS);

/** Why: a Deployment has made progress if it has seen a number grow, and which numbers it sees on the way is open. That it says so in the end is compared by its way. */
const isOpenAtRest = (at: string): boolean => /conditions\[Progressing\]\.(reason|message)$/.test(at);

interface Rest {
  /** What the user or a kubelet then did. */
  readonly before: string;
  readonly pauseMs: number;
  /** The newest report of each stream. */
  readonly standing: ReadonlyMap<string, Fields>;
}

const isStimulus = ({ user, code }: Write): boolean => (user === 'admin' || user === 'system:kubelet') && code < 300;

const standingIn = (history: readonly Write[]): ReadonlyMap<string, Fields> =>
  new Map([...storyOf(history).states].flatMap(([stream, told]) => { const last = told.at(-1); return last === undefined ? [] : [[stream, last.fields] as const]; }));

const endOf = (history: readonly Write[]): Rest => ({ before: 'the end', pauseMs: Number.POSITIVE_INFINITY, standing: standingIn(history) });

const restsOf = (history: readonly Write[]): readonly Rest[] => {
  const rename = renamer(renamingOf(history));
  const stimuli = history.flatMap((write, i) => (isStimulus(write) ? [{ write, i }] : []));
  const rests = stimuli.map(({ write, i }) => ({
    before: `${write.user} ${write.verb} ${write.resource} ${rename(write.name)}`,
    pauseMs: write.ms - Math.max(0, ...history.slice(0, i).filter(succeeded).map(({ ms }) => ms)),
    standing: standingIn(history.slice(0, i)),
  }));
  return [...rests, endOf(history)];
};

const NOTHING: Fields = new Map();

const compareStanding = (at: string, recorded: Rest, ours: Rest): readonly Disagreement[] =>
  [...new Set([...recorded.standing.keys(), ...ours.standing.keys()])].sort()
    .filter((stream) => Math.min(recorded.pauseMs, ours.pauseMs) >= pauseFor(stream))
    .flatMap((stream) => compareFields(stream, at, recorded.standing.get(stream) ?? NOTHING, ours.standing.get(stream) ?? NOTHING))
    .filter((disagreement) => !isOpenAtRest(disagreement.at));

const doingsOf = (rests: readonly Rest[]): string => rests.map(({ before }) => before).join(', ');

/** Also that the user and the kubelets did the same in the same order, without which only the end can be compared. */
export const compareAtRest = (recorded: readonly Write[], ours: readonly Write[]): readonly Disagreement[] => {
  const [real, own] = [restsOf(recorded), restsOf(ours)];
  if (doingsOf(real) !== doingsOf(own)) return [{ stream: 'user and kubelets', at: 'doings', recorded: doingsOf(real), ours: doingsOf(own) }];
  return real.flatMap((rest, i) => {
    const mine = own[i];
    return mine === undefined ? [] : compareStanding(`at rest before doing ${i + 1}, ${rest.before}:`, rest, mine);
  });
};

/** For kubelets that do things of their own. */
export const compareAtTheEnd = (recorded: readonly Write[], ours: readonly Write[]): readonly Disagreement[] =>
  compareStanding('at rest at the end:', endOf(recorded), endOf(ours));
