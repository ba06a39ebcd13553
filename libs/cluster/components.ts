import type { Component } from '#controller-runtime';
import { kubeControllerManager } from '#controllers';
import { kubelet } from '#node';
import { kubeScheduler } from '#scheduler';

/** Every component of a cluster, in the order a single process lets them take their turns. One line a component. */
export const components: readonly Component[] = [kubeControllerManager, kubeScheduler, kubelet];
