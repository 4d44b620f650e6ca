/**
 * Feedback: runs that reached what no run before had reached are kept, and most new runs are made from kept ones by changing them a little. Runs come in
 * generations of 64. A run depends on the campaign's options, its index, and what the generations before its own have kept, which is a fold of
 * their reports in the order of their indices: so the result is the same however many run them. No bound is claimed: at least one run of four is
 * drawn anew by one of five strategies, so that what any of these finds is found too, after twenty times as many runs on average at worst. Where the
 * last generation reached little that is new, there is little to go on from, and more runs are drawn anew: seven of eight in the end.
 * Ref: M. Zalewski, "Technical whitepaper for afl-fuzz" (the queue, favoured entries); D. Wolff et al., "Greybox Fuzzing for Concurrency Testing",
 * ASPLOS 2024; R. Meng et al., "Greybox Fuzzing of Distributed Systems", CCS 2023.
 */
import type { CoverageKind } from '../coverage.ts';
import { drawRecipe, mutateRecipe } from './recipe.ts';
import type { Recipe } from './recipe.ts';
import { randomStream } from './random-stream.ts';
import type { RandomStream } from './random-stream.ts';

export const GENERATION = 64;
const MAX_KEPT = 256;
/** So many of the newest are as likely to be gone on from as all others together. */
const NEWEST = 32;

export interface Kept {
  readonly recipe: Recipe;
  /** How likely it is to be gone on from: what it reached first, states counted more than orders. */
  readonly weight: number;
}

/** What a generation goes on from. Plain data. */
export interface Corpus {
  /** In the order in which runs were kept. */
  readonly kept: readonly Kept[];
  /** Of eight runs, how many are drawn anew. */
  readonly anew: number;
}

export const noCorpus: Corpus = { kept: [], anew: 8 };

const weighted = (stream: RandomStream, kept: readonly Kept[]): Recipe => {
  let point = stream.int(1, kept.reduce((sum, { weight }) => sum + weight, 0));
  const found = kept.find(({ weight }) => (point -= weight) <= 0);
  return (found ?? (kept[0] as Kept)).recipe;
};

const parentOf = (stream: RandomStream, { kept }: Corpus): Recipe => weighted(stream, stream.int(0, 1) === 0 ? kept.slice(-NEWEST) : kept);

/** `steps`: of a run, as expected. */
export const feedbackRecipe = (seed: string, corpus: Corpus, steps: number): Recipe => {
  const stream = randomStream(`${seed} feedback`);
  if (corpus.kept.length === 0 || stream.int(1, 8) <= corpus.anew) return drawRecipe(stream, seed);
  return mutateRecipe(stream, parentOf(stream, corpus), parentOf(stream, corpus), seed, steps);
};

export interface FeedbackFold {
  /** In the order of indices: the run's recipe, and how much it reached that none before it had. */
  readonly add: (recipe: Recipe | undefined, added: Readonly<Record<CoverageKind, number>>) => void;
  /** As the last whole generation left it. */
  readonly corpus: () => Corpus;
  /** Runs of a smaller index may start: what they depend on is known. */
  readonly horizon: () => number;
}

const weightOf = (added: Readonly<Record<CoverageKind, number>>): number => Math.min(64, 8 * added.state + 4 * added.situation + added.order);

/** Where there are too many, the lightest go, of these the oldest. */
const trimmed = (kept: readonly Kept[]): readonly Kept[] => {
  if (kept.length <= MAX_KEPT) return kept;
  const order = kept.map((_, i) => i).sort((a, b) => (kept[b] as Kept).weight - (kept[a] as Kept).weight || b - a);
  const staying = new Set(order.slice(0, MAX_KEPT));
  return kept.filter((_, i) => staying.has(i));
};

/** Of a generation, so many runs reached something new. */
const anewAfter = (productive: number): number => (productive * 4 >= GENERATION ? 2 : productive * 16 >= GENERATION ? 4 : 7);

export const newFeedbackFold = (): FeedbackFold => {
  let corpus = noCorpus;
  let kept: readonly Kept[] = [];
  let [added, productive] = [0, 0];
  const finish = (): void => {
    kept = trimmed(kept);
    corpus = { kept, anew: anewAfter(productive) };
    productive = 0;
  };
  return {
    add: (recipe, reached) => {
      const weight = weightOf(reached);
      if (recipe !== undefined && weight > 0) {
        kept = [...kept, { recipe, weight }];
        productive += 1;
      }
      added += 1;
      if (added % GENERATION === 0) finish();
    },
    corpus: () => corpus,
    horizon: () => (Math.floor(added / GENERATION) + 1) * GENERATION,
  };
};
