export { ByteQueue } from './http/byte-queue.js';
export { findImage, images, pullError } from './images/catalogue.js';
export type { ImageDefinition } from './images/image.js';
export type { ConnectionPeer, HttpAnswer, HttpRequest, ProgramView, ServedConnection, ServedPort } from './images/program.js';
export { type ImageReference, parseImage } from './images/reference.js';
export { kubelet } from './kubelet.js';
export {
  CONTROL_PLANE_IMAGES,
  DECLARED_FEATURES,
  healthyConditions,
  KUBELET_VERSION,
  type NodeMachine,
  nodeStatus,
  type RegisteredNode,
  registeredNode,
} from './node-status.js';
export type { PodMemory } from './pod/memory.js';
export { planPod } from './pod/plan.js';
export { programOfContainer } from './pod/programs.js';
export { bareView, servedPort } from './pod/served-port.js';
export type { PodEvent, PodPlan, PodWorld } from './pod/world.js';
export { startAttached } from './runtime/attach.js';
export type { Container, Instance } from './runtime/container.js';
export type { ContainerLog, LogLine } from './runtime/container-log.js';
export { CannotStart, type ContainerProcess, startProcess } from './runtime/exec.js';
export { type KeptFiles, keptChanges } from './runtime/kept-files.js';
export { KEPT_BYTES, KEPT_PODS } from './runtime/limits.js';
export type { Listener } from './runtime/listener.js';
export { mountedFile } from './runtime/mounted-file.js';
export { PodMachine } from './runtime/pod-machine.js';
export type { VolumeFiles } from './runtime/volume-files.js';
export type { MachineWorld } from './runtime/world.js';
