import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    reporters: process.env.CI ? ['default', 'json'] : ['default'],
    outputFile: { json: 'build/test-results.json' },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts', 'test/rig/**/*.test.ts'],
          testTimeout: 30_000,
          // Their JSON imports lack the attribute that Node wants.
          server: { deps: { inline: [/@actions\/(languageservice|workflow-parser|expressions)/] } },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          // Machines share few cores: one file at a time. What they need is prepared once before.
          globalSetup: ['test/rig/setup.ts'],
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 900_000,
        },
      },
    ],
  },
})
