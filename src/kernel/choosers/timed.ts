/** The step that is due first: latencies and timers pass as configured. */
import type { Chooser } from '../chooser.ts';

export const timedChooser = (): Chooser => ({ name: 'timed', choose: (offered) => offered.earliest() });
