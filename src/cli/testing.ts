/** `kubeloom/testing` as Node has it: the testing surface, with failures saved where `kubeloom replay`, `shrink` and `explore` find them. */
import { assertCluster as assertInMemory } from '../testing/index.ts';
import type { SavableFailure } from '../testing/index.ts';
import { saveFailure } from './explore/failure-file.ts';
import { keepScenario } from './scenario-store.ts';

export * from '../testing/index.ts';

const save = (failure: SavableFailure): string => {
  keepScenario(failure.scenario);
  return saveFailure(failure);
};

/** As the surface has it; a failure is written to `.kubeloom/` of the working folder, so that its token replays from there. */
export const assertCluster: typeof assertInMemory = (what, assertion = {}) => assertInMemory(what, { save, ...assertion });
