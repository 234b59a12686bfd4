import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/e2e/**', 'node_modules/**', 'dist/**'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Some of them run real slots and sockets, whose order a busy machine may turn around.
    retry: process.env.CI === undefined ? 0 : 1,
    maxWorkers: 2,
  },
})
