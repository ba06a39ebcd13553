export type { Budget, ClusterContext, Component, ComponentInstance, DrainResult, Informer, Informers, TimingProfile } from './component.js';
