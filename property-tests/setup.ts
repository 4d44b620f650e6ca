/**
 * Where the seeds of the property tests come from. `npm test` draws the same worlds every time, so that a change is judged and not luck;
 * `npm run test:deep` draws new ones, and `KUBELOOM_SEED=N` those of a failure that was printed.
 */
import fc from 'fast-check';

const DEEP = process.env['KUBELOOM_DEEP'] === '1';
const chosen = process.env['KUBELOOM_SEED'];

if (chosen !== undefined && !Number.isSafeInteger(Number(chosen))) throw new Error(`Expected KUBELOOM_SEED to be an integer. Instead, received "${chosen}". Hint: take it from the "seed" of the failure's text.`);
if (chosen !== undefined) fc.configureGlobal({ seed: Number(chosen) });
else if (!DEEP) fc.configureGlobal({ seed: 1 });
