import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { parseConfig } from '#hosting';
import { apiConfig } from '../../apps/api/config.js';
import { workerConfig } from '../../apps/worker/config.js';
import { ClusterApi, type Json } from '../cluster-api.js';
import { composeFile } from '../compose-schema.js';
import { kubectls, run } from '../kubectl.js';
import { type MadeCluster, type Service, startService } from '../service.js';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const configs = { api: apiConfig, worker: workerConfig };

describe('docker/', () => {
  // Anchors and merge keys are part of YAML; the values of variables are set by the operator.
  const compose = composeFile.parse(
    parse(read('docker/compose.yaml').replaceAll(/\$\{POSTGRES_PASSWORD[^}]*\}/g, 'secret'), { merge: true }),
  );

  test('compose.yaml matches the schema, and everything its services refer to exists', () => {
    const { services, volumes = {}, secrets = {} } = compose;
    expect(Object.keys(services).sort()).toEqual(['api', 'migrate', 'postgres', 'redis', 'worker']);
    for (const { depends_on = {}, volumes: mounted = [], secrets: used = [] } of Object.values(services)) {
      for (const [name, { condition }] of Object.entries(depends_on)) {
        expect(services).toHaveProperty(name);
        if (condition === 'service_healthy') expect(services[name]?.healthcheck).toBeDefined();
      }
      for (const mount of mounted) expect(volumes).toHaveProperty(mount.split(':')[0] ?? '');
      for (const secret of used) expect(secrets).toHaveProperty(secret);
    }
  });

  test.each(['api', 'worker'] as const)('the %s starts with these settings', (name) => {
    expect(() => parseConfig(configs[name], compose.services[name]?.environment as NodeJS.ProcessEnv)).not.toThrow();
  });

  test('the Dockerfile has the targets that are built, and copies files that exist', () => {
    const dockerfile = read('docker/Dockerfile');
    const stages = [...dockerfile.matchAll(/^FROM \S+ AS (\S+)$/gm)].map(([, stage]) => stage);
    for (const { build } of Object.values(compose.services)) if (build?.target) expect(stages).toContain(build.target);
    for (const [, sources = ''] of dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm))
      for (const source of sources.split(' ')) expect(existsSync(path.join(root, source))).toBe(true);
    for (const [, script = ''] of dockerfile.matchAll(/^CMD \["node", "dist\/(.+)\.js"\]$/gm))
      expect(existsSync(path.join(root, `${script}.ts`))).toBe(true);
  });
});

describe('k8s/', () => {
  const documents = (parse(read('k8s/base/kustomization.yaml')) as { resources: string[] }).resources
    .flatMap((file) => parseAllDocuments(read(`k8s/base/${file}`)))
    .map((document) => document.toJS() as Json);
  const of = (kind: string, name: string): Json => documents.find((object) => object.kind === kind && object.metadata.name === name);

  test.each(['api', 'worker'] as const)('the %s starts with these settings', (name) => {
    const secrets = { DATABASE_URL: 'postgresql://u:p@db/orrery', REDIS_URL: 'redis://redis:6379' };
    const env = { ...of('ConfigMap', 'orrery-config').data, ...secrets };
    const config = parseConfig(configs[name], env);
    const [container] = of('Deployment', `orrery-${name}`).spec.template.spec.containers;
    const ports = 'ORRERY_PORT' in config ? [config.ORRERY_PORT, config.ORRERY_OPS_PORT] : [config.WORKER_PORT];
    expect(container.ports.map(({ containerPort }: Json) => containerPort)).toEqual(ports);
    expect(container.volumeMounts[0].mountPath).toBe(config.ORRERY_HOME);
  });

  const [kubectl] = kubectls();
  (kubectl ? describe : describe.skip)('applied to a cluster of Orrery', () => {
    let service: Service;
    let cluster: MadeCluster;
    const cli = async (...args: string[]): Promise<string> => {
      const ran = await run(kubectl ?? { version: '', file: '' }, cluster.kubeconfig, args, { timeout: 180_000 });
      if (ran.code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${ran.err}`);
      return ran.out;
    };
    beforeAll(async () => {
      service = await startService();
      cluster = await service.createCluster({ name: 'deployed', organization: 'demo', profile: 'instant' });
    });
    afterAll(() => service.stop());

    test('its Deployments become Available', async () => {
      await cli('create', 'namespace', 'orrery');
      const secret = ['-n', 'orrery', 'create', 'secret', 'generic'];
      await cli(...secret, 'orrery-backends', '--from-literal=DATABASE_URL=postgresql://db', '--from-literal=REDIS_URL=redis://redis');
      const keys = ['ca.crt', 'ca.key', 'admin-token', 'token-key'].map((key) => `--from-literal=${key}=x`);
      await cli(...secret, 'orrery-home', ...keys);
      await cli('apply', '-k', path.join(root, 'k8s/base'));
      const waited = await cli('-n', 'orrery', 'wait', '--for=condition=Available', 'deployment', '--all', '--timeout=120s').catch(
        async (error: unknown) => {
          const there = await cli('-n', 'orrery', 'get', 'deployments,replicasets,pods,events', '-o', 'wide');
          throw new Error(`${error}\n${there}\n${service.said}`);
        },
      );
      expect(waited.trim().split('\n').sort()).toEqual([
        'deployment.apps/orrery-api condition met',
        'deployment.apps/orrery-worker condition met',
      ]);
      const api = new ClusterApi(service, cluster);
      const { items } = await api.must('GET', '/apis/discovery.k8s.io/v1/namespaces/orrery/endpointslices');
      expect(items.map((slice: Json) => [slice.ports, slice.endpoints.length])).toEqual([
        [[{ name: 'https', port: 8443, protocol: 'TCP' }], 2],
      ]);
      // Applying it again changes nothing; of a PodDisruptionBudget kubectl always sends the selector, which is replaced as a whole.
      const again = (await cli('apply', '-k', path.join(root, 'k8s/base'))).trim().split('\n');
      expect(again.filter((line) => !line.endsWith(' unchanged'))).toEqual(['poddisruptionbudget.policy/orrery-api configured']);
    });
  });
});
