// The house: a lib imports only what stands to its right (README, "The picture"); pg, ioredis, bullmq and Nest only in named files.
const lib = (name) => `^libs/${name}/`;
const allow = {
  apimachinery: [],
  api: ['apimachinery'],
  client: ['api', 'apimachinery'],
  storage: ['apimachinery'],
  bus: [],
  apiserver: ['storage', 'bus', 'client', 'api', 'apimachinery'],
  registry: ['apiserver', 'client', 'api', 'apimachinery', 'network'],
  admission: ['apiserver', 'client', 'api', 'apimachinery'],
  network: ['api', 'apimachinery'],
  'controller-runtime': ['client', 'storage', 'api', 'apimachinery'],
  controllers: ['controller-runtime', 'client', 'api', 'apimachinery'],
  scheduler: ['controller-runtime', 'client', 'api', 'apimachinery'],
  node: ['network', 'controller-runtime', 'client', 'api', 'apimachinery'],
  graphql: ['client', 'storage', 'api', 'apimachinery'],
  platform: ['client', 'storage', 'api', 'apimachinery'],
  cluster: ['registry', 'admission', 'apiserver', 'storage', 'bus', 'controllers', 'scheduler', 'node', 'network', 'controller-runtime', 'client', 'api', 'apimachinery'],
};
const only = (name, module, files) => ({
  name,
  severity: 'error',
  from: { path: '^(libs|apps)/', pathNot: files },
  to: { path: module },
});
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    ...Object.entries(allow).map(([name, right]) => ({
      name: `${name}-imports-only-what-stands-to-its-right`,
      severity: 'error',
      from: { path: lib(name) },
      to: { path: '^(libs|apps)/', pathNot: [lib(name), ...right.map(lib)] },
    })),
    only('pg-only-in-adapters', 'node_modules/(pg|@prisma)/', ['^libs/storage/postgres/', '^libs/hosting/', '^libs/platform/[a-z-]*prisma[a-z-]*\\.ts$', '\\.spec\\.ts$']),
    only('redis-only-in-adapters', 'node_modules/ioredis/', ['^libs/bus/redis\\.ts$', '^libs/hosting/', '\\.spec\\.ts$']),
    only('bullmq-only-in-adapters', 'node_modules/bullmq/', ['^libs/controller-runtime/bullmq/', '^libs/hosting/', '\\.spec\\.ts$']),
    only('nest-at-the-edges', 'node_modules/@nestjs/', ['^libs/hosting/', '^apps/']),
  ],
  options: { doNotFollow: { path: 'node_modules' }, tsConfig: { fileName: 'tsconfig.json' }, tsPreCompilationDeps: true, enhancedResolveOptions: { conditionNames: ['orrery-source', 'import', 'node', 'default'], exportsFields: ['exports'] } },
};
