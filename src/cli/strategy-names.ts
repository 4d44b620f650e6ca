/** The strategies that a run can be asked for by name. */
import { searchStrategies } from '../explore/strategies.ts';

export const strategies = ['timed', ...searchStrategies] as const;
export type Strategy = (typeof strategies)[number];

export const isStrategy = (name: string): name is Strategy => (strategies as readonly string[]).includes(name);
