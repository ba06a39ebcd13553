export { type ClusterApiOptions, clusterApi } from './api.js';
export { changeOf } from './changes.js';
export { components } from './components.js';
export { etcdComponent, expireLeases, expiryNotices } from './expiry.js';
export { type HostedClusterOptions, hostedCluster } from './hosted-cluster.js';
export { createLocalCluster, type LocalClusterOptions } from './local.js';
export { machineTimers } from './machine-timers.js';
export { type LocalCluster, type LocalClusterParts, localCluster } from './one-process.js';
export { profiles } from './profiles.js';

export { buildTemplate, type TemplateShape } from './template.js';
export { clusterTemplates, type Templates } from './templates.js';
