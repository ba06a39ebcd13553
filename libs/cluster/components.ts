import { cloudControllerManager } from '#cloud';
import type { Component } from '#controller-runtime';
import { kubeApiserver, kubeControllerManager, storagePrograms } from '#controllers';
import { kubelet } from '#node';
import { kubeScheduler } from '#scheduler';
import { elected } from './faults/elected.js';

/** Every component of a cluster, in the order in which they take turns in a single process. One line per component. */
export const components: readonly Component[] = [
  kubeApiserver,
  elected(kubeControllerManager),
  elected(kubeScheduler),
  kubelet,
  storagePrograms,
  elected(cloudControllerManager, ({ cloud }) => cloud.instances() !== undefined),
];
