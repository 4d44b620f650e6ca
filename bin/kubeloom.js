#!/usr/bin/env node
/** The command line: everything is in src/cli. */
import { main } from '../dist/cli/main.js';

// A reader that has seen enough, such as `head`, is no error.
process.stdout.on('error', (error) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

process.exitCode = await main(process.argv.slice(2));
