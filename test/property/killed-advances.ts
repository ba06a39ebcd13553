import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { parseGoDuration, SteppedClock } from '#apimachinery';
import { clusterStore } from '#cacher';
import {
  type AdvanceEnd,
  changeOf,
  clusterApi,
  components,
  expireLeases,
  hostedCluster,
  inRoundOf,
  localCluster,
  machineTimers,
  profiles,
  waitState,
} from '#cluster';
import { type ClusterContext, clockComponent, type HostedCluster, Seat } from '#controller-runtime';
import { newAuthority } from '#pki';
import { CLOCK, type ClockState, inRounds, type Storage } from '#storage';
import { localTarget } from '../workload/local-target.js';
import type { Step } from '../workload/step.js';
import { Life, mortal, newStorage, type Outcome, outcomeOf, START } from './killed-workers.js';

const DAY = 86_400_000;
const OVER = Number.NEGATIVE_INFINITY;
const ONLY_BY_A_CHANGE = Number.POSITIVE_INFINITY;

const signing = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const authority = newAuthority({ commonName: 'kubernetes', notBefore: START - DAY, notAfter: START + 365 * DAY });
const keys = { serviceAccount: async () => signing, clientAuthority: () => authority };

/** The holder of the clock's own turn, which has no use for objects. */
function conducting(cluster: string, storage: Storage): HostedCluster {
  return {
    cluster,
    turns: storage,
    conductor: CLOCK,
    contextFor() {
      let fence: ReturnType<NonNullable<ClusterContext['fence']>>;
      const context = { cluster, fence: () => fence } as unknown as ClusterContext;
      const setFence = (next: typeof fence) => {
        fence = next;
      };
      return { context, setFence };
    },
    catchUp: async () => undefined,
    delivered: () => 0,
    delayUntil: () => undefined,
    close: () => undefined,
  };
}

/** A worker of the service, which knows of the time nothing but what is in the store: all components take their turns in that of the clock. */
function clockWorker(given: Storage): Seat {
  const storage = inRounds(given);
  const store = clusterStore({
    storage,
    onCommit(_, events) {
      for (const event of events) {
        const change = changeOf(event);
        if (change) conductor.changed(store.cluster, change);
      }
    },
  });
  const conductor = clockComponent(components, async (_, under) => {
    const clock = new SteppedClock(START);
    const clientAuthority = async () => (await authority).certificate;
    const api = clusterApi({ store, clock, seed: 'seed', timers: machineTimers, serviceAccountKey: keys.serviceAccount, clientAuthority });
    const about = { api, store, turns: storage, clock, profile: profiles.realistic, rootCA: '', keys, inTurn: inRoundOf(store) };
    const hosted = hostedCluster({ ...about, delayUntil: () => undefined, conductor: { name: CLOCK, under } });
    const { client } = hosted.contextFor('kube-apiserver').context;
    return {
      ...{ hosted, clock, storage },
      duties: [{ nextAt: () => storage.nextExpiry(), run: (now) => expireLeases(storage, store, now) }],
      endOf: async (until) =>
        (await waitState(client, JSON.parse(until) as Exclude<AdvanceEnd, { quiet: number }>)).over ? OVER : ONLY_BY_A_CHANGE,
      stepped: () => undefined,
      reached: async () => undefined,
      close: () => hosted.close(),
    };
  });
  return new Seat(conducting(store.cluster, storage), conductor.component);
}

/** Takes turns of the clock until it has arrived. */
async function turnToTarget(seat: Seat, storage: Storage): Promise<void> {
  while ((await storage.clock()).target !== undefined) await seat.turn({ budget: { reconciles: 50 } });
}

/** Sends a request to an API server of another process. */
async function request(storage: Storage, { method, path, body, type = 'application/json' }: Extract<Step, { method: string }>) {
  const clock = new SteppedClock((await storage.clock()).now ?? START);
  const cluster = localCluster({ storage, clock, seed: 'seed', profile: profiles.realistic, rootCA: '', autorun: false });
  const status = await localTarget(cluster).request(method, path, body, type);
  cluster.close();
  if (status >= 300) throw new Error(`${method} ${path}: ${status}`);
}

/** What became of a cluster, and where its clock stood after each advance and each death. */
export interface AdvancedOutcome extends Outcome {
  arrivals: ClockState[];
  times: number[];
}

/**
 * Does steps to a new cluster whose clock is advanced by a worker that dies after each of the given numbers of awaits; the next one finds
 * nothing but the store, in which the advance is under way. `end`: what the advances of the last step end with.
 */
export async function afterAdvances(steps: readonly Step[], lives: readonly number[], end?: AdvanceEnd): Promise<AdvancedOutcome> {
  const storage = await newStorage();
  const left = [...lives];
  const [arrivals, times]: [ClockState[], number[]] = [[], []];
  const born = () => {
    const life = new Life(left.shift() ?? Number.POSITIVE_INFINITY);
    return { life, seat: clockWorker(mortal(storage, life)) };
  };
  let worker = born();
  const advance = async (by: number, until?: AdvanceEnd): Promise<void> => {
    await storage.askClock({ id: randomUUID(), from: START, by, ...(until && { until: JSON.stringify(until) }) });
    while ((await Promise.race([turnToTarget(worker.seat, storage), worker.life.over])) === 'killed') {
      times.push((await storage.clock()).now ?? START);
      worker = born();
    }
    const state = await storage.clock();
    times.push(state.now ?? START);
    arrivals.push(state);
  };
  for (const step of steps) {
    if ('advance' in step) await advance(parseGoDuration(step.advance) ?? 0, step === steps.at(-1) ? end : undefined);
    else if ('method' in step) await request(storage, step);
  }
  return { ...(await outcomeOf(storage, worker.life)), arrivals, times };
}
