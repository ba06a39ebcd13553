// Jest in ESM mode over swc; the aliases of package.json's "imports" point at the sources.
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
    // Not the ones of packages: Prisma's client has an alias of its own.
    '^#(?!main-entry-point$)([a-z-]+)$': '<rootDir>/libs/$1/index.ts',
    '^#([a-z-]+)/(.*)\\.js$': '<rootDir>/libs/$1/$2.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  testMatch: ['<rootDir>/libs/**/*.spec.ts', '<rootDir>/apps/**/*.spec.ts', '<rootDir>/test/**/*.spec.ts'],
  // A PostgreSQL and a Redis for the whole run, started when a spec first asks test/servers.ts for one.
  globalSetup: '<rootDir>/test/servers-setup.mjs',
  globalTeardown: '<rootDir>/test/servers-teardown.mjs',
  modulePathIgnorePatterns: ['<rootDir>/dist'],
  cacheDirectory: '<rootDir>/node_modules/.cache/jest',
};
