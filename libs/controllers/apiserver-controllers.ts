import { type Component, type Controller, componentOf } from '#controller-runtime';
import { definitionFinalizer } from './apiextensions/definition-finalizer.js';
import { definitionStatus } from './apiextensions/definition-status.js';
import { autoRegister } from './apiregistration/auto-register.js';

/** The controllers that run within a kube-apiserver, in the order of their turns. One line per controller. */
const apiserverControllers: readonly Controller[] = [definitionStatus, definitionFinalizer, autoRegister];

/** They take their turns apart from kube-controller-manager: custom resources are served where that one is broken. */
export const kubeApiserver: Component = componentOf('kube-apiserver', apiserverControllers);
