import fs from 'node:fs';

/** The aliases of package.json's "imports", pointing at the sources. */
const { imports } = JSON.parse(fs.readFileSync(new URL('package.json', import.meta.url), 'utf8'));
const aliases = Object.entries(imports).map(([alias, target]) => [`^${alias}$`, target['orrery-source'].replace('./', '<rootDir>/')]);

// Jest in ESM mode over swc.
export default {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  moduleNameMapper: {
    ...Object.fromEntries(aliases),
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  testMatch: ['<rootDir>/libs/**/*.spec.ts', '<rootDir>/apps/**/*.spec.ts', '<rootDir>/test/**/*.spec.ts'],
  // A PostgreSQL and a Redis for the whole run, started when a spec first asks test/servers.ts for one.
  globalSetup: '<rootDir>/test/servers-setup.mjs',
  globalTeardown: '<rootDir>/test/servers-teardown.mjs',
  // For tests and hooks alike: a machine that is busy with other work takes its time. What hangs is still told.
  testTimeout: 240_000,
  // Specs share nothing but the run's servers. One more than the cores that are needed: some specs wait for processes.
  maxWorkers: 3,
  testSequencer: '<rootDir>/test/longest-first.mjs',
  modulePathIgnorePatterns: ['<rootDir>/dist'],
  cacheDirectory: '<rootDir>/node_modules/.cache/jest',
};
