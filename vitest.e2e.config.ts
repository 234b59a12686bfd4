import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 60_000,
    // Real processes on whatever else the machine does: what fails is tried once more before it counts.
    retry: 1,
    maxWorkers: 1,
    fileParallelism: false,
  },
})
