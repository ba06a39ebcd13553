import type { resourcev1 } from '#api';
import { isJsonObject } from '#apimachinery';

/** How the GPUs of a claim are shared, as its parameters for the example driver say (gpu.resource.example.com/v1alpha1 GpuConfig). */

const VERSION = 'gpu.resource.example.com/v1alpha1';
const INTERVALS: readonly unknown[] = ['Default', 'Short', 'Medium', 'Long'];

/** A container's variables for one device, after those that name it: SHARING_STRATEGY and what belongs to it. */
export type Sharing = ReadonlyArray<readonly [name: string, value: string]>;

const DEFAULT: Sharing = [
  ['SHARING_STRATEGY', 'TimeSlicing'],
  ['TIMESLICE_INTERVAL', 'Default'],
];

/** The parameters, or why the driver does not take them. */
function sharingOf(parameters: unknown): Sharing | { error: string } {
  const { apiVersion, kind, sharing = {} } = isJsonObject(parameters) ? parameters : {};
  if (apiVersion !== VERSION || kind !== 'GpuConfig')
    return {
      error: `error getting opaque device configs: error decoding config parameters: no kind "${kind}" is registered for version "${apiVersion}"`,
    };
  const { strategy = 'TimeSlicing', timeSlicingConfig, spacePartitioningConfig } = isJsonObject(sharing) ? sharing : {};
  const invalid = (why: string) => ({ error: `error applying config: error validating GPU config: ${why}` });
  if (strategy === 'TimeSlicing') {
    const { interval = '' } = isJsonObject(timeSlicingConfig) ? timeSlicingConfig : { interval: 'Default' };
    if (!INTERVALS.includes(interval)) return invalid(`unknown time-slice interval: ${interval}`);
    return [
      ['SHARING_STRATEGY', strategy],
      ['TIMESLICE_INTERVAL', String(interval)],
    ];
  }
  if (strategy !== 'SpacePartitioning') return invalid(`unknown GPU sharing strategy: ${strategy}`);
  const { partitionCount = 0 } = isJsonObject(spacePartitioningConfig) ? spacePartitioningConfig : { partitionCount: 1 };
  if (!Number.isInteger(partitionCount) || Number(partitionCount) < 0) return invalid(`invalid partition count: ${partitionCount}`);
  return [
    ['SHARING_STRATEGY', strategy],
    ['PARTITION_COUNT', String(partitionCount)],
  ];
}

/**
 * How the devices of each request are shared; a text says why the claim cannot be prepared. What the claim says comes before what its class says,
 * and what comes later before what comes first. Pure.
 */
export function sharingsOf({ status }: resourcev1.ResourceClaim, driver: string): ((request: string) => Sharing) | string {
  const { config = [] } = status?.allocation?.devices ?? {};
  const own = [...config].sort((a, b) => Number(a.source === 'FromClaim') - Number(b.source === 'FromClaim'));
  const known: Array<{ requests: readonly string[]; sharing: Sharing }> = [{ requests: [], sharing: DEFAULT }];
  for (const { opaque, requests = [] } of own) {
    if (opaque?.driver !== driver) continue;
    const sharing = sharingOf(opaque.parameters);
    if ('error' in sharing) return sharing.error;
    known.push({ requests, sharing });
  }
  return (request) => known.findLast(({ requests }) => requests.length === 0 || requests.includes(request))?.sharing ?? DEFAULT;
}
