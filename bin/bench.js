#!/usr/bin/env node
/** `npm run bench`: everything is in src/bench. */
import { main } from '../dist/bench/main.js';

await main(process.argv.slice(2));
