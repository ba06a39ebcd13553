import type { corev1 } from '#api';
import { getOwn, setOwn } from '#apimachinery';
import { isHugePageName, isOvercommitAllowed } from '../resource-names.js';
import { defaultPullPolicy } from './image.js';
import { aggregateLimits, aggregateRequests, isPodLevelResource } from './resource-totals.js';
import { setVolumeDefaults } from './volume-defaults.js';

type AnyContainer = corev1.Container | corev1.EphemeralContainer;

function setHTTPGetDefaults(action: corev1.HTTPGetAction | undefined): void {
  if (!action) return;
  action.path ||= '/';
  action.scheme ||= 'HTTP';
}

function setProbeDefaults(probe: corev1.Probe | undefined): void {
  if (!probe) return;
  setHTTPGetDefaults(probe.httpGet);
  if (probe.grpc) probe.grpc.service ??= '';
  probe.timeoutSeconds ||= 1;
  probe.periodSeconds ||= 10;
  probe.successThreshold ||= 1;
  probe.failureThreshold ||= 3;
}

function setEnvDefaults(env: readonly corev1.EnvVar[]): void {
  for (const variable of env) {
    const from = variable.valueFrom;
    if (!from) continue;
    if (from.fieldRef) from.fieldRef.apiVersion ||= 'v1';
    if (from.resourceFieldRef) from.resourceFieldRef.divisor ??= '0';
    if (from.fileKeyRef) from.fileKeyRef.optional ??= false;
  }
}

function setContainerDefaults(container: AnyContainer): void {
  container.resources ??= {};
  container.imagePullPolicy ||= defaultPullPolicy(container.image);
  container.terminationMessagePath ||= '/dev/termination-log';
  container.terminationMessagePolicy ||= 'File';
  if (container.ports) for (const port of container.ports) port.protocol ||= 'TCP';
  if (container.env) setEnvDefaults(container.env);
  setProbeDefaults(container.livenessProbe);
  setProbeDefaults(container.readinessProbe);
  setProbeDefaults(container.startupProbe);
  if (container.lifecycle) {
    setHTTPGetDefaults(container.lifecycle.postStart?.httpGet);
    setHTTPGetDefaults(container.lifecycle.preStop?.httpGet);
  }
}

/**
 * Pairs of fields with the same meaning: the value of either is copied to the other (core/v1 conversion.go
 * Convert_core_PodSpec_To_v1_PodSpec).
 */
function mirrorServiceAccount(spec: corev1.PodSpec): void {
  if (spec.serviceAccountName) spec.serviceAccount = spec.serviceAccountName;
  else if (spec.serviceAccount) spec.serviceAccountName = spec.serviceAccount;
}

/** Defaults that apply to any pod spec: of pods and templates (core/v1 SetDefaults_PodSpec, SetDefaults_Container …). */
function setPodSpecDefaults(spec: corev1.PodSpec): void {
  spec.dnsPolicy ||= 'ClusterFirst';
  spec.restartPolicy ||= 'Always';
  spec.securityContext ??= {};
  spec.terminationGracePeriodSeconds ??= 30;
  spec.schedulerName ||= 'default-scheduler';
  mirrorServiceAccount(spec);
  if (spec.volumes) for (const volume of spec.volumes) setVolumeDefaults(volume);
  if (spec.initContainers) for (const container of spec.initContainers) setContainerDefaults(container);
  if (spec.containers) for (const container of spec.containers) setContainerDefaults(container);
  if (spec.ephemeralContainers) for (const container of spec.ephemeralContainers) setContainerDefaults(container);
}

/** Defaults of a pod template. Upstream `metadata` and `spec` are structs, so they are always set. */
export function setPodTemplateDefaults(template: corev1.PodTemplateSpec | undefined): void {
  if (!template) return;
  template.metadata ??= {} as NonNullable<typeof template.metadata>;
  template.spec ??= { containers: [] };
  setPodSpecDefaults(template.spec);
}

function defaultRequestsToLimits(container: corev1.Container): void {
  const limits = container.resources?.limits;
  if (!container.resources || !limits) return;
  const requests = { ...container.resources.requests };
  for (const [name, value] of Object.entries(limits)) if (!Object.hasOwn(requests, name)) setOwn(requests, name, value);
  container.resources.requests = requests;
}

/** A pod's own limits of huge pages, if it has any pod-level resources: the sum of its containers' limits (defaultHugePagePodLimits). */
function setHugePageLimits(spec: corev1.PodSpec, resources: corev1.ResourceRequirements): void {
  const { limits, requests } = resources;
  if (Object.keys(limits ?? {}).length === 0 && Object.keys(requests ?? {}).length === 0) return;
  const filled = { ...limits };
  for (const [name, amount] of aggregateLimits(spec)) {
    if (isHugePageName(name) && getOwn(requests, name) === undefined) filled[name] ??= amount.toString();
  }
  if (Object.keys(filled).length > 0) resources.limits = filled;
}

/** A pod's own requests, if it has pod-level limits: the sum of its containers' requests, or else the limits (defaultPodRequests). */
function setPodRequests(spec: corev1.PodSpec, resources: corev1.ResourceRequirements): void {
  if (Object.keys(resources.limits ?? {}).length === 0) return;
  const requests = { ...resources.requests };
  for (const [name, amount] of aggregateRequests(spec)) {
    if (isPodLevelResource(name) && isOvercommitAllowed(name)) requests[name] ??= amount.toString();
  }
  for (const [name, limit] of Object.entries(resources.limits ?? {})) if (isPodLevelResource(name)) requests[name] ??= limit;
  if (Object.keys(requests).length > 0) resources.requests = requests;
}

/** Defaults that apply to a pod but not to a template (core/v1 SetDefaults_Pod). */
export function setPodDefaults(pod: corev1.Pod): void {
  pod.spec ??= { containers: [] };
  const { spec } = pod;
  setPodSpecDefaults(spec);
  const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
  for (const container of containers) {
    defaultRequestsToLimits(container);
    if (spec.hostNetwork) for (const port of container.ports ?? []) port.hostPort ||= port.containerPort;
  }
  if (spec.resources) {
    setHugePageLimits(spec, spec.resources);
    setPodRequests(spec, spec.resources);
  }
  spec.enableServiceLinks ??= true;
  // A negative period means immediately, and is stored as 1: for pods, not for templates (core/v1 conversion.go).
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) spec.terminationGracePeriodSeconds = 1;
}
