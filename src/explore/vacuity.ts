/**
 * Which properties a campaign has passed vacuously: those that apply to what was asked and that no run has put to the test, and `sometimes` that no run
 * has seen.
 */
import type { Asked } from '../properties/applies.ts';
import type { Property } from '../properties/property.ts';

/** What may be seen seldom is asked for only where there was the occasion. */
export const SOMETIMES_AFTER_RUNS = 100;

export interface Vacuity {
  /** Fails the campaign. */
  readonly vacuous: readonly string[];
  /** Not put to the test either, and with nothing to judge in what was asked. */
  readonly notApplicable: readonly string[];
}

/** `asked` undefined: the properties were chosen one by one, so all apply, and a `sometimes` has to be seen however few runs there were. */
export const vacuityOf = (properties: readonly Property[], evaluated: ReadonlyMap<string, number>, schedules: number, asked: Asked | undefined): Vacuity => {
  const never = properties.filter(({ id }) => (evaluated.get(id) ?? 0) === 0);
  const applies = ({ appliesTo }: Property): boolean => asked === undefined || appliesTo === undefined || appliesTo(asked);
  const isDue = ({ kind }: Property): boolean => asked === undefined || kind !== 'sometimes' || schedules >= SOMETIMES_AFTER_RUNS;
  return {
    vacuous: schedules === 0 ? [] : never.filter((property) => applies(property) && isDue(property)).map(({ id }) => id),
    notApplicable: never.filter((property) => !applies(property)).map(({ id }) => id),
  };
};
