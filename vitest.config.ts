/** How the tests run: on as many files at once as there are cores, each test with time for a loaded machine. */
import { defineConfig } from 'vitest/config';

const DEEP = process.env['KUBELOOM_DEEP'] === '1';

/** Files that replace a module of the host, which no other file is to meet. */
const ALONE = ['specs/explore/fault-disk.spec.ts'];

const shared = { setupFiles: ['property-tests/setup.ts'], testTimeout: DEEP ? 3_600_000 : 120_000 };

export default defineConfig({
  test: {
    pool: 'forks',
    projects: [
      // Why not isolated: what is tested is pure, and loading it anew for every file takes as long as the tests.
      { test: { ...shared, name: 'all', isolate: false, include: ['specs/**/*.spec.ts', 'property-tests/**/*.spec.ts'], exclude: ALONE } },
      { test: { ...shared, name: 'alone', include: ALONE } },
    ],
  },
});
