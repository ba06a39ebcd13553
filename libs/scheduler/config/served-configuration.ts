import { formatGoDuration, isJsonObject } from '#apimachinery';
import { pluginArgs } from './args.js';
import { readConfiguration } from './configuration.js';
import { Fields } from './document.js';
import { shownPlugins } from './plugin-sets.js';

/** How the process elects its leader; times in milliseconds. */
interface Election {
  readonly elects: boolean;
  readonly leaseDuration: number;
  readonly renewDeadline: number;
  readonly retryPeriod: number;
  readonly lock: string;
  readonly name: string;
  readonly namespace: string;
}

const VERSION = 'kubescheduler.config.k8s.io/v1';
/** Arguments of plugins that depend on nothing here (v1/defaults.go SetDefaults_DynamicResourcesArgs). */
const DYNAMIC_RESOURCES = { filterTimeout: '10s', bindingTimeout: '10m0s' };

/** The arguments of all plugins: first those of the configuration as they are listed, then the others by their names. */
function shownArgs(profile: Fields): object[] {
  const args: Record<string, object> = { ...pluginArgs(profile), DynamicResources: DYNAMIC_RESOURCES };
  const given = profile.objects('pluginConfig').map((each) => each.text('name', ''));
  const names = [
    ...given,
    ...Object.keys(args)
      .filter((name) => !given.includes(name))
      .sort(),
  ];
  return names.flatMap((name) => {
    const own = args[name];
    if (own === undefined) return [];
    const filled = Object.entries(own).filter(([, value]) => !(Array.isArray(value) && value.length === 0));
    return [{ name, args: { kind: `${name}Args`, apiVersion: VERSION, ...Object.fromEntries(filled) } }];
  });
}

/**
 * What kube-scheduler serves at /configz: its KubeSchedulerConfiguration with what is left out as by default. `document`: that of --config,
 * without errors; without one the flags say how it connects.
 */
export function servedConfiguration(document: unknown, election: Election, flags: ReadonlyMap<string, string>): Record<string, unknown> {
  const fields = new Fields(document, '', []);
  const { podInitialBackoffSeconds, podMaxBackoffSeconds } = readConfiguration(document).configuration;
  const listed = fields.objects('profiles');
  const profiles = listed.length > 0 ? listed : [new Fields({}, '', [])];
  const client = fields.fields('clientConnection');
  const flag = (name: string, unset: string): string => (document === undefined ? (flags.get(name) ?? unset) : unset);
  const debugging = (name: string, unset: boolean): boolean => (fields.has(name) ? fields.boolean(name) : unset);
  const profiling = document === undefined ? flags.get('profiling') !== 'false' : debugging('enableProfiling', true);
  const extenders = fields.objects('extenders');
  return {
    kind: 'KubeSchedulerConfiguration',
    apiVersion: VERSION,
    parallelism: fields.integer('parallelism', 16),
    leaderElection: {
      leaderElect: election.elects,
      leaseDuration: formatGoDuration(election.leaseDuration),
      renewDeadline: formatGoDuration(election.renewDeadline),
      retryPeriod: formatGoDuration(election.retryPeriod),
      resourceLock: election.lock,
      resourceName: election.name,
      resourceNamespace: election.namespace,
    },
    clientConnection: {
      kubeconfig: client.text('kubeconfig', flag('kubeconfig', '')),
      acceptContentTypes: client.text('acceptContentTypes', ''),
      contentType: client.text('contentType', '') || flag('kube-api-content-type', 'application/vnd.kubernetes.protobuf'),
      qps: client.number('qps') || Number(flag('kube-api-qps', '50')),
      burst: client.integer('burst', 0) || Number(flag('kube-api-burst', '100')),
    },
    enableProfiling: profiling,
    enableContentionProfiling: debugging('enableContentionProfiling', profiling),
    percentageOfNodesToScore: fields.integer('percentageOfNodesToScore', 0),
    podInitialBackoffSeconds,
    podMaxBackoffSeconds,
    profiles: profiles.map((profile) => ({
      schedulerName: profile.text('schedulerName', 'default-scheduler'),
      ...(profile.has('percentageOfNodesToScore') && { percentageOfNodesToScore: profile.integer('percentageOfNodesToScore', 0) }),
      plugins: shownPlugins(profile),
      pluginConfig: shownArgs(profile),
    })),
    ...(extenders.length > 0 && isJsonObject(document) && { extenders: document.extenders }),
    ...(fields.boolean('delayCacheUntilActive') && { delayCacheUntilActive: true }),
  };
}
