import { type Component, componentOf } from '#controller-runtime';
import { cloudNode, cloudNodeLifecycle, route } from './controllers.js';
import { serviceController } from './service-controller.js';

/** The controllers of a cloud in one component; it has nothing to do where a cluster is in no cloud. */
export const cloudControllerManager: Component = componentOf('cloud-controller-manager', [
  cloudNode,
  cloudNodeLifecycle,
  route,
  serviceController,
]);
