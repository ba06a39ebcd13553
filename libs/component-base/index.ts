export { type AutoscalingOptions, CONTROLLER_DEFAULTS, type ControllerOptions } from './controller-options.js';
export { type Family, familiesText, gaugeOf, type MetricSource, type Sample } from './families.js';
export { checksAnswer } from './health.js';
export { METRIC_SERIES } from './limits.js';
export { ClusterRegistries, MetricRegistry } from './registry.js';
export { metricText, TEXT_FORMAT } from './text-format.js';
export { exponentialBounds, Histogram, histograms, type Labels, type Value, Vector, values } from './vectors.js';
export { buildInfo, KUBERNETES_VERSION, type VersionInfo, versionInfoOf } from './version.js';
export { type PagedProcess, ZPAGES, zpageText } from './zpages.js';
