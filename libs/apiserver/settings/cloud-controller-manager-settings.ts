import { goQuote } from '#apimachinery';
import type { ClusterStore } from '#cacher';
import { CLOUD_DEFAULTS, type CloudOptions, CONTROLLER_DEFAULTS, type ControllerOptions } from '#component-base';
import { canonicalControllers, controllerErrors, controllerNames, enabledControllers } from './enabled-controllers.js';
import { booleanOf, checkKnown, durationOf, endWith, type Flags, integerOf, listOf, StartFailure } from './flags.js';
import { CLOUD_MANAGER_FLAGS } from './known-flags.js';
import { checkElection, defaultElection, flaggedElection, type LeaderElection, managerLockErrors } from './leader-election.js';
import { type ManifestKind, ManifestSource, newCompiled } from './manifest-source.js';
import { CLOUD_CONTROLLER_MANAGER_MANIFEST, missingFiles, type ReadFile } from './node-files.js';
import { clusterRanges, rangesError } from './pod-ranges.js';

/** What the flags of cloud-controller-manager decide. Immutable; shared by all clusters with the same manifest. */
interface CloudManagerSettings {
  readonly flags: Flags;
  /** Whether a controller runs, by its name in --controllers. */
  runs(controller: string): boolean;
  /** It signs no certificates. */
  signs(): false;
  readonly signingDuration: 0;
  readonly options: ControllerOptions;
  readonly cloud: CloudOptions;
  readonly election: LeaderElection;
  /** The items of --controllers, by the controllers' own names. */
  readonly controllers: readonly string[];
}

/** The only cloud that there is. */
const PROVIDER = 'orrery';
const ROUTES = 'node-route-controller';

/** cloud-provider/names */
const NAMES = controllerNames([
  ['cloud-node-controller', 'cloud-node'],
  ['cloud-node-lifecycle-controller', 'cloud-node-lifecycle'],
  [ROUTES, 'route'],
  ['service-lb-controller', 'service'],
]);

const OPENED = ['kubeconfig', 'authentication-kubeconfig', 'authorization-kubeconfig', 'client-ca-file', 'requestheader-client-ca-file'];

/** Ends the start if the named provider is none of the binary (cloud-provider InitCloudProvider). */
function checkProvider(flags: Flags): void {
  const name = flags.get('cloud-provider') ?? '';
  if (name === 'external') throw new StartFailure('Cloud provider is nil');
  if (name !== PROVIDER) throw new StartFailure(`Cloud provider could not be initialized: unknown cloud provider ${goQuote(name)}`);
}

/** What the flags say. Throws StartFailure with what cloud-controller-manager says before it ends. */
export function cloudManagerSettings(flags: Flags, read: ReadFile): CloudManagerSettings {
  checkKnown(flags, CLOUD_MANAGER_FLAGS);
  const hasRoutes = booleanOf(flags, 'configure-cloud-routes', true);
  const cloud: CloudOptions = {
    concurrentServices: integerOf(flags, 'concurrent-service-syncs', CLOUD_DEFAULTS.concurrentServices),
    nodeMonitorPeriod: durationOf(flags, 'node-monitor-period') ?? CLOUD_DEFAULTS.nodeMonitorPeriod,
    nodeStatusPeriod: durationOf(flags, 'node-status-update-frequency') ?? CLOUD_DEFAULTS.nodeStatusPeriod,
  };
  const items = flags.has('controllers') ? listOf(flags, 'controllers') : ['*'];
  const isUnnamed = (flags.get('cloud-provider') ?? '') === '';
  const election = flaggedElection(flags, defaultElection('cloud-controller-manager'));
  endWith([...managerLockErrors(election), ...controllerErrors(items, NAMES), ...(isUnnamed ? ['--cloud-provider cannot be empty'] : [])]);
  endWith(missingFiles(flags, OPENED, read));
  checkProvider(flags);
  checkElection(election);
  const enabled = enabledControllers(items, NAMES);
  const error = hasRoutes && enabled(ROUTES) ? rangesError(clusterRanges(flags)) : undefined;
  if (error !== undefined) throw new StartFailure(`error running controllers: ${error}`);
  const runs = (controller: string) => enabled(controller) && (controller !== ROUTES || hasRoutes);
  return {
    flags,
    runs,
    signs: () => false,
    signingDuration: 0,
    options: CONTROLLER_DEFAULTS,
    cloud,
    election,
    controllers: canonicalControllers(items, NAMES),
  };
}

const kind: ManifestKind<CloudManagerSettings> = {
  manifest: CLOUD_CONTROLLER_MANAGER_MANIFEST,
  compile: cloudManagerSettings,
  compiled: newCompiled(),
  fallback: cloudManagerSettings(
    new Map([
      ['cloud-provider', PROVIDER],
      ['cluster-cidr', '10.244.0.0/16'],
    ]),
    () => undefined,
  ),
};

/** What the manifest of the cluster's cloud-controller-manager says, as of now. */
export class CloudManagerSource extends ManifestSource<CloudManagerSettings> {
  /** `isInPods`: whether it is a static pod in this cluster; where it is not, no flags change what it does. */
  constructor(
    store: ClusterStore,
    private readonly isInPods: () => boolean = () => true,
  ) {
    super(store, kind);
  }

  override ready(): Promise<void> | undefined {
    return this.isInPods() ? super.ready() : undefined;
  }

  /** Undefined if it is down. */
  current(): CloudManagerSettings | undefined {
    if (!this.isInPods()) return kind.fallback;
    const outcome = this.outcome();
    return outcome instanceof StartFailure ? undefined : outcome;
  }
}
