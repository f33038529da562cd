import { defineConfig } from 'vitest/config';

const MINUTE = 60_000;

// vitest finds its configuration by the default export only.
export default defineConfig({
  test: {
    // One Postgres for all projects that need one; it comes up in a second and stays away from `--project unit`.
    globalSetup: ['test/world/postgres.ts'],
    // However many cores there are: its connections would not suffice, and tests of time would get too little of it.
    maxWorkers: 2,
    projects: [
      { test: { name: 'unit', include: ['test/{machines,emails,views}/**/*.test.{ts,tsx}'] } },
      {
        test: {
          name: 'portal',
          include: ['test/{server,web,laws}/**/*.test.{ts,tsx}'],
          testTimeout: 20_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'stories',
          include: ['test/stories/**/*.test.{ts,tsx}'],
          fileParallelism: false,
          testTimeout: 2 * MINUTE,
          hookTimeout: MINUTE,
        },
      },
      {
        test: {
          name: 'faults',
          include: ['test/faults/**/*.test.{ts,tsx}'],
          fileParallelism: false,
          testTimeout: 5 * MINUTE,
          hookTimeout: MINUTE,
        },
      },
    ],
  },
});
