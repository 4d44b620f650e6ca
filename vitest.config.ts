/** How the tests run: on as many files at once as there are cores, each test with time for a loaded machine. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    setupFiles: ['property-tests/setup.ts'],
    include: ['specs/**/*.spec.ts', 'property-tests/**/*.spec.ts'],
    testTimeout: process.env['KUBELOOM_DEEP'] === '1' ? 3_600_000 : 120_000,
  },
});
