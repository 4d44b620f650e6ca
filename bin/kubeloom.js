#!/usr/bin/env node
/** The command line: everything is in src/cli. */
import { main } from '../dist/cli/main.js';

process.exitCode = await main(process.argv.slice(2));
