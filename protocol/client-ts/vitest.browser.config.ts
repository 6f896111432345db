import { defineConfig } from 'vitest/config';

const report = process.env.VITEST_REPORT;

// Needs dist (npm run build), the product's jar and Chromium; says so and skips where Chromium isn't installed.
export default defineConfig({
  test: {
    reporters: report ? ['verbose', ['junit', { outputFile: report }]] : ['verbose'],
    include: ['browser/*.test.ts'],
    environment: 'node',
    fileParallelism: false,
    testTimeout: 90_000,
    hookTimeout: 120_000,
  },
});
