export { type ClockComponent, clockComponent, END_MISSED, type TurnedCluster } from './clock-component.js';
export { type Cloud, type CloudInstance, NO_CLOUD } from './cloud.js';
export type {
  Budget,
  Change,
  ClusterContext,
  Component,
  ComponentChange,
  ComponentInstance,
  DrainResult,
  Informer,
  Informers,
  InTurn,
  Pause,
  ReconcileFailure,
  SchedulerSettings,
  ServerRanges,
  SigningKeys,
  TimingProfile,
} from './component.js';
export { isWokenBy } from './component.js';
export { componentOf } from './component-of.js';
export type { Controller, ControllerDefinition, OpenController, ReconcileContext, Reconciled, Watch } from './controller.js';
export { defineController, watching, watchingServed } from './controller.js';
export type { EventNote } from './event-object.js';
export { isFenced, reportDroppedEvents } from './failures.js';
export { type Boot, type Crash, FAULTS_GROUP, type Faults, NO_FAULTS, type NodeShutdown, type Outage, type PullFault } from './faults.js';
export { type Duty, LocalHost, type LocalHostOptions } from './local-host.js';
export type { Machine, MachineRows } from './machines.js';
export { FILES_GROUP, type Manifests, NO_MANIFESTS, POD_FILES_GROUP, type StaticPod } from './manifests.js';
export { createRecorder, type EventRecorder, type EventSink, type RecorderOptions } from './recorder.js';
export { type ShutdownPeriod, shutdownPeriods } from './shutdown-periods.js';
export { TimerHeap } from './timer-heap.js';
export { type HostedCluster, type Linger, Seat, type TurnOutcome } from './turn.js';
export { backoffDelay, type WorkItem, WorkQueue } from './work-queue.js';
