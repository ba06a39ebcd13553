import type { corev1 } from '#api';
import { type KubeObject, parseQuantity, type Quantity } from '#apimachinery';

/** Where the metrics of adapters (custom.metrics.k8s.io, external.metrics.k8s.io) have their values in a simulated cluster. */

/** The annotation of an object for each of its metrics: `metrics.orrery.io/http_requests: "12500m"`. */
const PREFIX = 'metrics.orrery.io/';
/** The label of ConfigMaps that are series of an external metric: their other labels are its labels, `data.value` is its value. */
export const EXTERNAL_METRIC = 'metrics.orrery.io/external';

function quantityOf(text: string | undefined): Quantity | undefined {
  if (text === undefined) return undefined;
  try {
    return parseQuantity(text);
  } catch {
    return undefined;
  }
}

/** The value of a metric of an object; undefined if it has none, or one that is no quantity. */
export const metricOf = ({ metadata }: Pick<KubeObject, 'metadata'>, metric: string): Quantity | undefined =>
  quantityOf(metadata.annotations?.[PREFIX + metric]);

/** The names of the metrics of an object. */
export const metricsOf = ({ metadata }: Pick<KubeObject, 'metadata'>): string[] =>
  Object.keys(metadata.annotations ?? {}).flatMap((key) => (key.startsWith(PREFIX) ? [key.slice(PREFIX.length)] : []));

/** One series of an external metric. */
export interface ExternalSeries {
  labels: Readonly<Record<string, string>>;
  value: Quantity;
}

/** The series that a ConfigMap is of an external metric; undefined if it is none. */
export function seriesOf({ metadata, data }: corev1.ConfigMap, metric: string): ExternalSeries | undefined {
  const { [EXTERNAL_METRIC]: name, ...labels } = metadata.labels ?? {};
  const value = name === metric ? quantityOf(data?.value) : undefined;
  return value && { labels, value };
}

/** The APIServices of adapters, best version first, by group. */
export const ADAPTER_SERVICES = {
  custom: ['v1beta2.custom.metrics.k8s.io', 'v1beta1.custom.metrics.k8s.io'],
  external: ['v1beta1.external.metrics.k8s.io'],
} as const;
