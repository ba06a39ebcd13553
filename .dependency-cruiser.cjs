// The house: a lib imports only what stands to its right (README, "The picture"); pg, ioredis, bullmq, Nest and the like only in named files.
const lib = (name) => `^libs/${name}/`;
const allow = {
  apimachinery: [],
  cel: ['apimachinery'],
  storage: ['apimachinery'],
  cacher: ['storage', 'apimachinery'],
  api: ['apimachinery'],
  apiextensions: ['cel', 'api', 'apimachinery'],
  'component-helpers': ['cel', 'api', 'apimachinery'],
  network: ['apimachinery'],
  pki: ['apimachinery'],
  raft: [],
  'component-base': ['apimachinery'],
  client: ['api', 'apimachinery'],
  apiserver: ['cacher', 'storage', 'client', 'pki', 'component-base', 'component-helpers', 'api', 'apimachinery'],
  registry: ['cel', 'apiserver', 'network', 'pki', 'apiextensions', 'component-helpers', 'api', 'apimachinery'],
  admission: ['cel', 'apiserver', 'pki', 'component-helpers', 'api', 'apimachinery'],
  'controller-runtime': ['client', 'storage', 'component-base', 'api', 'apimachinery'],
  controllers: [
    ...[
      'controller-runtime',
      'network',
      'cel',
      'client',
      'pki',
      'apiextensions',
      'component-base',
      'component-helpers',
      'api',
      'apimachinery',
    ],
  ],
  cloud: ['controller-runtime', 'client', 'component-base', 'api', 'apimachinery'],
  scheduler: ['controller-runtime', 'client', 'component-base', 'component-helpers', 'api', 'apimachinery'],
  node: ['network', 'controller-runtime', 'client', 'component-base', 'component-helpers', 'api', 'apimachinery'],
  audit: ['apiserver', 'apimachinery'],
  streaming: ['node', 'apiserver', 'component-base', 'component-helpers', 'api', 'apimachinery'],
  history: ['storage', 'apimachinery'],
  graphql: ['history', 'client', 'component-helpers', 'storage', 'api', 'apimachinery'],
  platform: ['client', 'storage', 'pki', 'api', 'apimachinery'],
  kubeadm: ['node', 'controller-runtime', 'network', 'client', 'component-helpers', 'api', 'apimachinery'],
  cluster: [
    ...['kubeadm', 'streaming', 'registry', 'admission', 'apiserver', 'cacher', 'storage', 'controllers', 'scheduler', 'node', 'network'],
    ...['cloud', 'cel', 'component-base'],
    ...['controller-runtime', 'client', 'pki', 'raft', 'apiextensions', 'api', 'apimachinery'],
  ],
  hosting: [
    ...['cluster', 'audit', 'platform', 'apiserver', 'cacher', 'storage', 'controller-runtime', 'client', 'pki', 'api', 'apimachinery'],
    'component-base',
  ],
};
// Specs try the adapters they stand beside, on the run's own servers (test/servers.ts), and put together what they need.
const spec = '\\.(spec|contract)\\.ts$';
const only = (name, module, files) => ({
  name,
  severity: 'error',
  from: { path: '^(libs|apps)/', pathNot: [...files, spec] },
  to: { path: module },
});
const never = (name, from, to) => ({ name, severity: 'error', from, to: { path: to } });

/** Files that package.json's "imports" name: the ways into a lib. */
const doors = Object.values(require('./package.json').imports).map(
  (target) => `^${target['orrery-source'].slice(2).replaceAll('.', '\\.')}$`,
);

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'every-lib-has-its-rule', severity: 'error', from: { path: '^libs/', pathNot: Object.keys(allow).map(lib) }, to: {} },
    ...Object.entries(allow).map(([name, right]) => ({
      name: `${name}-imports-only-what-stands-to-its-right`,
      severity: 'error',
      from: { path: lib(name) },
      to: { path: '^(libs|apps)/', pathNot: [lib(name), ...right.map(lib)] },
    })),
    ...Object.keys(allow).map((name) => ({
      name: `${name}-is-entered-by-its-index-or-a-named-sub-path`,
      severity: 'error',
      from: { path: '^(libs|apps|test)/', pathNot: [lib(name)] },
      to: { path: lib(name), pathNot: doors },
    })),
    never('apps-do-not-import-one-another', { path: '^apps/([^/]+)/' }, '^apps/(?!$1/)'),
    never(
      'tests-are-not-imported',
      { path: '^(libs|apps)/', pathNot: [spec, '/test-[a-z-]+\\.ts$'] },
      `^test/|${spec}|/test-[a-z-]+\\.ts$`,
    ),
    never('scripts-are-not-imported', { path: '^(libs|apps)/' }, '^scripts/'),
    // `npm start` has to say what is missing before anything is built: the scripts load from dist/, at run time.
    never('scripts-import-no-sources', { path: '^scripts/' }, '^(libs|apps|test)/'),
    only('pg-only-in-adapters', 'node_modules/(pg|@prisma)/', [
      '^libs/storage/postgres/',
      '^libs/platform/(prisma-records|template-rows|transaction)\\.ts$',
      '^libs/audit/postgres-audit-store\\.ts$',
      '^libs/hosting/(connections|embedded/postgres)\\.ts$',
    ]),
    only('redis-only-in-adapters', 'node_modules/ioredis/', [
      '^libs/cacher/bus/redis\\.ts$',
      '^libs/hosting/(backends|connections|clusters/cluster-homes|embedded/redis)\\.ts$',
    ]),
    only('bullmq-only-in-adapters', 'node_modules/bullmq/', ['^libs/controller-runtime/bullmq/', '^libs/hosting/backends\\.ts$']),
    only('nest-at-the-edges', 'node_modules/(@nestjs|fastify|@fastify|pino)/', ['^libs/hosting/', '^apps/']),
    only('apollo-at-the-edges', 'node_modules/(@apollo|graphql-ws)/', ['^apps/api/graphql/']),
    only('websockets-at-the-edges', 'node_modules/ws/', ['^apps/api/(graphql|kubernetes)/', '^libs/node/http/echo-websocket\\.ts']),
    only('graphql-in-its-rooms', 'node_modules/graphql/', ['^libs/graphql/', '^apps/api/graphql/']),
    only('the-domain-opens-no-connection', '^(node:)?(http|https|http2|tls|dgram|child_process|worker_threads)$|node_modules/undici/', [
      '^libs/client/http-client\\.ts$',
      '^libs/hosting/',
      '^apps/',
    ]),
    only('the-domain-reads-no-files', '^(node:)?(fs|fs/promises|os)$', [
      '^libs/api/(descriptions|load-definitions)\\.ts$',
      '^libs/storage/postgres/migrate\\.ts$',
      '^libs/hosting/',
      '^apps/',
    ]),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { conditionNames: ['orrery-source', 'import', 'node', 'default'], exportsFields: ['exports'] },
  },
};
