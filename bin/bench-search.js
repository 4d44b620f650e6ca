#!/usr/bin/env node
/** `npm run bench:search`: everything is in src/bench. */
import { main } from '../dist/bench/search-main.js';

main(process.argv.slice(2));
