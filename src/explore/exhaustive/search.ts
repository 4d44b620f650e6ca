/**
 * Visits every state that any order of the adversary's choices can lead to, each once: stateful search over canonical states, with sleep sets, so
 * that of two choices which touch nothing in common one order is tried.
 *
 * Depth first it holds few worlds; breadth first the first violation found is one of the fewest choices.
 * A state met again with fewer choices asleep than before has the difference tried, which is what makes sleep sets and remembered states agree.
 * Ref: P. Godefroid, "Partial-Order Methods for the Verification of Concurrent Systems" (1996), sleep sets combined with state-space caching
 */
import { memoised } from '../../base/memo.ts';
import { printStep } from '../../kernel/print-step.ts';
import type { Step, StepRecord } from '../../kernel/step.ts';
import type { World } from '../../kernel/world.ts';
import { checkProperties } from '../../properties/check-properties.ts';
import type { Finding } from '../../properties/check-properties.ts';
import type { Property } from '../../properties/property.ts';
import type { Subject } from '../subject.ts';
import { areIndependent, grained } from './macro-step.ts';
import type { End, Footprint } from './macro-step.ts';
import { newStateGraph } from './state-graph.ts';
import type { StateGraph } from './state-graph.ts';
import type { Grain, StateView } from './state-view.ts';

export interface SearchOptions {
  readonly grain: Grain;
  readonly order: 'depth-first' | 'breadth-first';
  /** Judged over each macro-step from where it sets out, and at the ends. What they say is a suspicion until the whole run has been judged. */
  readonly properties: readonly Property[];
}

/** The ends of runs that look alike. */
export interface FoundEnd {
  readonly end: End;
  /** As `StateView.content`. */
  readonly content: number;
  readonly contentClass: number;
  /** How many states of the graph are such ends. */
  readonly states: number;
  /** Index of the first of them. */
  readonly first: number;
}

export interface Suspicion {
  readonly finding: Finding;
  /** The choices that lead there. */
  readonly choices: readonly Step[];
}

export interface ExhaustiveSearch {
  /** Tries so many more choices at most. True when nothing is left to try. */
  readonly advance: (transitions: number) => boolean;
  readonly graph: StateGraph;
  /** Choices left out because the other order of two independent ones was tried. */
  readonly asleep: () => number;
  readonly ends: () => readonly FoundEnd[];
  readonly contentClasses: () => number;
  /** One for each property and signature, in the order found. */
  readonly suspicions: () => readonly Suspicion[];
  readonly stepsTaken: () => number;
  /** Kernel steps from the beginning to the first state: what goes by itself before the first choice. */
  readonly beginningSteps: number;
}

/** What is asleep, by the printed choice. */
type Sleep = ReadonlyMap<string, Footprint>;

interface Frame {
  readonly world: World;
  readonly index: number;
  readonly todo: readonly Step[];
  next: number;
  /** Grows by every choice that was tried. */
  sleep: Sleep;
}

/** Transitions: choices that commute make the same ones from the same states, in another order. */
const REMEMBERED = 100_000;

/** Links keep the step that delivers their head, so most are printed once. */
const nameOf = memoised(printStep);

const stillAsleep = (sleep: Sleep, footprint: Footprint): Sleep => new Map([...sleep].filter(([, other]) => areIndependent(other, footprint)));

/** `view` must be the subject's. */
export const exhaustiveSearch = (subject: Subject, view: StateView, { grain, order, properties }: SearchOptions): ExhaustiveSearch => {
  const { choices, follow } = grained(subject, view, grain);
  const graph = newStateGraph();
  /** By index: the choices that have not been tried from there. */
  const untried = new Map<number, ReadonlySet<string>>();
  const ends = new Map<string, FoundEnd>();
  const classes = new Set<number>();
  const suspicions = new Map<string, Suspicion>();
  const frames: Frame[] = [];
  const ofSteps = properties.filter(({ kind }) => kind === 'always');
  const ofEnds = properties.filter(({ kind }) => kind !== 'sometimes');
  let [asleep, stepsTaken] = [0, 0];

  const suspect = (finding: Finding | undefined, path: () => readonly Step[]): void => {
    if (finding === undefined) return;
    const key = `${finding.property} ${finding.signature}`;
    if (!suspicions.has(key)) suspicions.set(key, { finding, choices: path() });
  };

  const noteEnd = (world: World, index: number, end: End): void => {
    graph.markEnd(index);
    const content = view.content(world);
    const known = ends.get(`${end} ${content}`);
    ends.set(`${end} ${content}`, known === undefined ? { end, content, contentClass: view.contentClass(world), states: 1, first: index } : { ...known, states: known.states + 1 });
  };

  const open = (world: World, index: number, todo: readonly Step[], sleep: Sleep): void => {
    if (todo.length > 0) frames.push({ world, index, todo, next: 0, sleep });
  };

  /** Opens a state that was not known, with all its choices but those asleep. */
  const visit = (world: World, index: number, sleep: Sleep, end: End | undefined): void => {
    classes.add(view.contentClass(world));
    if (end !== undefined) return noteEnd(world, index, end);
    const all = choices(world);
    const todo = all.filter((step) => !sleep.has(nameOf(step)));
    asleep += all.length - todo.length;
    untried.set(index, new Set(all.filter((step) => sleep.has(nameOf(step))).map(nameOf)));
    open(world, index, todo, sleep);
  };

  /** Opens a known state for what was asleep then and is not now. */
  const revisit = (world: World, index: number, sleep: Sleep): void => {
    const left = untried.get(index);
    if (left === undefined || left.size === 0) return;
    const todo = choices(world).filter((step) => left.has(nameOf(step)) && !sleep.has(nameOf(step)));
    if (todo.length === 0) return;
    asleep -= todo.length;
    const tried = new Set(todo.map(nameOf));
    untried.set(index, new Set([...left].filter((name) => !tried.has(name))));
    open(world, index, todo, sleep);
  };

  const move = (world: World, choice: Step | undefined, path: () => readonly Step[]): ReturnType<typeof follow> => {
    const given = choice === undefined ? {} : { choice };
    const checker = checkProperties(ofSteps);
    const outcome = follow(world, ofSteps.length === 0 ? given : { ...given, see: (at: World, record: StepRecord) => checker.step(at, record) });
    suspect(checker.findings()[0], path);
    if (outcome.end === undefined) return outcome;
    const atEnd = checkProperties(ofEnds);
    atEnd.end(world);
    suspect(atEnd.findings()[0], path);
    return outcome;
  };

  const tryChoice = (frame: Frame, choice: Step): void => {
    const world = frame.world.fork();
    const outcome = move(world, choice, () => [...graph.choicesTo(frame.index), choice]);
    stepsTaken += outcome.steps;
    const sleep = stillAsleep(frame.sleep, outcome.footprint);
    frame.sleep = new Map([...frame.sleep, [nameOf(choice), outcome.footprint]]);
    const reached = world.hash();
    const known = graph.indexOf(reached);
    const index = known ?? graph.add({ hash: reached, parent: frame.index, choice });
    graph.addEdge(frame.index, index, outcome.steps);
    if (known === undefined) visit(world, index, sleep, outcome.end);
    else revisit(world, index, sleep);
  };

  const root = subject.world.forkRemembering(REMEMBERED);
  const beginning = move(root, undefined, () => []);
  visit(root, graph.add({ hash: root.hash(), parent: -1, choice: undefined }), new Map(), beginning.end);

  return {
    graph,
    advance: (transitions) => {
      for (let left = transitions; left > 0 && frames.length > 0; left -= 1) {
        const frame = (order === 'depth-first' ? frames.at(-1) : frames[0]) as Frame;
        const choice = frame.todo[frame.next] as Step;
        frame.next += 1;
        // Why before it is tried: what is tried opens frames of its own.
        if (frame.next === frame.todo.length) frames.splice(order === 'depth-first' ? -1 : 0, 1);
        tryChoice(frame, choice);
      }
      return frames.length === 0;
    },
    asleep: () => asleep,
    ends: () => [...ends.values()],
    contentClasses: () => classes.size,
    suspicions: () => [...suspicions.values()],
    stepsTaken: () => stepsTaken,
    beginningSteps: beginning.steps,
  };
};
