/** The oldest message first; a timer only when nothing is undelivered. */
import type { Chooser } from '../chooser.ts';

export const fifoChooser = (): Chooser => ({ name: 'fifo', choose: (offered) => offered.oldest() });
