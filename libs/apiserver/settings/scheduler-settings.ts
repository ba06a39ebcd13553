import { yamlToJson } from '#api/yaml';
import type { ClusterStore } from '#cacher';
import { type ConfigurationFields, type ConfigurationType, checkType } from './configuration-type.js';
import { checkKnown, durationOf, endWith, type Flags, StartFailure } from './flags.js';
import { SCHEDULER_FLAGS } from './known-flags.js';
import {
  configuredElection,
  configuredElectionErrors,
  defaultElection,
  electorError,
  flaggedElection,
  type LeaderElection,
  lockError,
} from './leader-election.js';
import { type ManifestKind, ManifestSource, newCompiled, type Origin } from './manifest-source.js';
import { missingFiles, type ReadFile, SCHEDULER_MANIFEST } from './node-files.js';

/** What the flags of kube-scheduler decide. */
export interface SchedulerSettings {
  readonly flags: Flags;
  /** The KubeSchedulerConfiguration in the file of --config, decoded; unset without the flag. */
  readonly configuration?: unknown;
  /** How long unschedulable pods wait at most, in milliseconds (--pod-max-in-unschedulable-pods-duration); unset without the flag. */
  readonly longestWait?: number;
  readonly election: LeaderElection;
}

/** What is wrong with a configuration. */
export type CheckConfiguration = (document: unknown) => readonly string[];

const pluginSet = { enabled: [{ name: 'value', weight: 'value' }], disabled: [{ name: 'value', weight: 'value' }] } as const;
const pluginSets = {
  ...{ multiPoint: pluginSet, preEnqueue: pluginSet, queueSort: pluginSet, preFilter: pluginSet, filter: pluginSet },
  ...{ postFilter: pluginSet, preScore: pluginSet, score: pluginSet, reserve: pluginSet, permit: pluginSet, preBind: pluginSet },
  ...{ bind: pluginSet, postBind: pluginSet, placementGenerate: pluginSet, placementScore: pluginSet },
} as const;

const leaderElection: ConfigurationFields = {
  ...{ leaderElect: 'value', leaseDuration: 'value', renewDeadline: 'value', retryPeriod: 'value' },
  ...{ resourceLock: 'value', resourceName: 'value', resourceNamespace: 'value' },
};

const clientConnection: ConfigurationFields = {
  ...{ kubeconfig: 'value', acceptContentTypes: 'value', contentType: 'value', qps: 'value', burst: 'value' },
};

/** apis/config/types.go */
const TYPE: ConfigurationType = {
  kinds: [['kubescheduler.config.k8s.io/v1', 'KubeSchedulerConfiguration']],
  fields: {
    ...{ parallelism: 'value', percentageOfNodesToScore: 'value', leaderElection, clientConnection },
    ...{ podInitialBackoffSeconds: 'value', podMaxBackoffSeconds: 'value', delayCacheUntilActive: 'value', extenders: 'value' },
    ...{ healthzBindAddress: 'value', metricsBindAddress: 'value', enableProfiling: 'value', enableContentionProfiling: 'value' },
    profiles: [
      {
        ...{ schedulerName: 'value', percentageOfNodesToScore: 'value' },
        plugins: pluginSets,
        pluginConfig: [{ name: 'value', args: 'value' }],
      },
    ],
  },
};

function configurationIn(text: string): { leaderElection?: unknown } {
  const converted = yamlToJson(text);
  try {
    if ('error' in converted) throw new Error(converted.error);
    const document: unknown = JSON.parse(converted.json);
    checkType(document, TYPE);
    return document as { leaderElection?: unknown };
  } catch (error) {
    throw new StartFailure(`"command failed" err=${JSON.stringify(error instanceof Error ? error.message : String(error))}`);
  }
}

const NAME = 'kube-scheduler';

const OPENED = [
  'config',
  'kubeconfig',
  'authentication-kubeconfig',
  'authorization-kubeconfig',
  'client-ca-file',
  'requestheader-client-ca-file',
];

/** What the flags say. Throws StartFailure with what kube-scheduler says before it ends. */
function schedulerSettings(flags: Flags, read: ReadFile, check: CheckConfiguration): SchedulerSettings {
  checkKnown(flags, SCHEDULER_FLAGS);
  endWith(missingFiles(flags, OPENED, read));
  const longestWait = durationOf(flags, 'pod-max-in-unschedulable-pods-duration');
  const text = flags.has('config') ? read(flags.get('config') ?? '') : undefined;
  const configuration = text === undefined ? undefined : configurationIn(text);
  const unset = defaultElection(NAME);
  const election = flaggedElection(flags, configuration ? configuredElection(configuration.leaderElection, unset) : unset);
  if (configuration) endWith([...configuredElectionErrors(election), ...check(configuration)]);
  endWithOne("couldn't create resource lock", lockError(election));
  endWithOne("couldn't create leader elector", electorError(election));
  return { flags, election, ...(longestWait !== undefined && { longestWait }), ...(configuration && { configuration }) };
}

function endWithOne(what: string, error: string | undefined): void {
  if (error !== undefined) endWith([`${what}: ${error}`]);
}

const kinds = new WeakMap<CheckConfiguration, ManifestKind<SchedulerSettings>>();

function kindOf(check: CheckConfiguration): ManifestKind<SchedulerSettings> {
  const known = kinds.get(check) ?? {
    manifest: SCHEDULER_MANIFEST,
    compile: (flags, read) => schedulerSettings(flags, read, check),
    compiled: newCompiled(),
    fallback: { flags: new Map(), election: defaultElection(NAME) },
  };
  kinds.set(check, known);
  return known;
}

/** What the manifest of the cluster's kube-scheduler says, as of now. */
export class SchedulerSource extends ManifestSource<SchedulerSettings> {
  constructor(store: ClusterStore, check: CheckConfiguration) {
    super(store, kindOf(check));
  }

  /** Undefined if it is down. */
  current(): SchedulerSettings | undefined {
    const outcome = this.outcome();
    return outcome instanceof StartFailure ? undefined : outcome;
  }

  /** The settings that were read from files of the past; undefined if there were none with which it comes up. Throws Compacted. */
  async of(origin: Origin, at: number): Promise<SchedulerSettings | undefined> {
    const outcome = await this.past(origin, at);
    return outcome instanceof StartFailure ? undefined : outcome;
  }
}
