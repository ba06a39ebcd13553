import type { corev1 } from '#api';
import { parseTime } from '#apimachinery';
import { bareRun } from '../processes/bare-runs.js';
import { NO_MEMORY, type PodMemory } from './memory.js';
import { planPod } from './plan.js';
import type { CommandResult, PodWorld, Processes } from './world.js';

/** Processes that need no pod, looked at without a pause. */
const processes: Processes = {
  end: () => undefined,
  fileVariables: () => ({ error: undefined }),
  storageUse: () => ({}),
  isPeculiar: () => false,
  stop: () => ({ ignores: true }),
  run({ container, startedAt }, command, at): CommandResult | undefined {
    const work = bareRun(container, command, at - startedAt);
    for (let step = work.next(); ; step = work.next()) if (step.done) return step.value === 'by-pod' ? undefined : step.value;
  },
};

export const START = parseTime('2026-01-01T00:00:00Z') ?? 0;
const INSTANT = { name: 'instant', imagePull: 0, containerStart: 0, containerStop: 0 } as const;
export const REALISTIC = { name: 'realistic', imagePull: 2000, containerStart: 500, containerStop: 1000 } as const;

export const podOf = (spec: Partial<corev1.PodSpec>, metadata: Partial<corev1.Pod['metadata']> = {}): corev1.Pod => ({
  kind: 'Pod',
  apiVersion: 'v1',
  metadata: { name: 'web', namespace: 'ns', uid: 'u1', generation: 1, ...metadata },
  spec: { restartPolicy: 'Always', nodeName: 'n1', containers: [], ...spec },
  status: { phase: 'Pending', qosClass: 'BestEffort' },
});

/** A pod on its node: advances its plan through time as the kubelet does. */
export class Story {
  now = START;
  memory: PodMemory = NO_MEMORY;
  events: string[] = [];
  writes: string[] = [];
  removed = false;
  due: number | undefined;
  private readonly images: Set<string>;

  constructor(
    public pod: corev1.Pod,
    private readonly world: Partial<PodWorld> = {},
    images: readonly string[] = [],
  ) {
    this.images = new Set(images);
    this.look();
  }

  look(): void {
    const plan = planPod(
      this.pod,
      {
        hostIPs: ['172.18.0.2'],
        podIP: '10.244.1.2',
        profile: INSTANT,
        memory: this.memory,
        hasImage: (name) => this.images.has(name),
        configMap: () => undefined,
        secret: () => undefined,
        claim: () => undefined,
        persistentVolume: () => undefined,
        machine: () => ({ configuration: {}, file: () => undefined, filesIn: () => [] }),
        pathKind: () => undefined,
        server: () => 'silent',
        volumes: () => ({ waits: false, errors: [] }),
        pluginDevices: undefined,
        devices: () => undefined,
        missingRuntime: () => undefined,
        processes,
        refusal: undefined,
        shortage: () => undefined,
        ...this.world,
      },
      this.now,
    );
    this.memory = plan.memory;
    for (const image of plan.pulled) this.images.add(image);
    for (const { reason, message, fieldPath } of plan.events)
      this.events.push(`${reason}: ${message}${fieldPath ? ` [${fieldPath}]` : ''}`);
    if (plan.status) {
      this.pod = { ...this.pod, status: plan.status };
      this.writes.push(this.summary);
    }
    this.removed ||= plan.remove;
    this.due = plan.at;
  }

  /** Advances the clock, planning the pod whenever something is due. */
  pass(milliseconds: number): this {
    const until = this.now + milliseconds;
    while (this.due !== undefined && this.due <= until) {
      this.now = Math.max(this.now, this.due);
      this.look();
    }
    this.now = until;
    return this;
  }

  delete(graceSeconds = 30): this {
    const deletionTimestamp = new Date(this.now + graceSeconds * 1000).toISOString().replace('.000', '');
    this.pod = { ...this.pod, metadata: { ...this.pod.metadata, deletionTimestamp, deletionGracePeriodSeconds: graceSeconds } };
    this.look();
    return this;
  }

  get summary(): string {
    const { phase, containerStatuses = [], initContainerStatuses = [] } = this.pod.status ?? {};
    const of = ({ name, state, ready, restartCount }: corev1.ContainerStatus): string => {
      const word = state?.running ? 'running' : (state?.waiting?.reason ?? `${state?.terminated?.reason}(${state?.terminated?.exitCode})`);
      return `${name}=${word}${ready ? '+ready' : ''}${restartCount ? `*${restartCount}` : ''}`;
    };
    return [phase, ...initContainerStatuses.map(of), ...containerStatuses.map(of)].join(' ');
  }
}

export const nginx = { name: 'c', image: 'nginx:1.27' };
