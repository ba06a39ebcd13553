import { randomUUID } from 'node:crypto';
import type { Bus, Unsubscribe } from '#cacher/bus';
import type { ClusterRegistries, Family } from '#component-base';

/** Where processes are asked what components count. */
const ASKED = 'orrery:counts';
const answersTo = (asker: string): string => `orrery:counts:${asker}`;
/** How long the answers of all workers are waited for (ms). */
const PATIENCE = 1_000;

interface Question {
  asker: string;
  number: number;
  cluster: string;
  component: string;
}

interface Answer {
  number: number;
  families: readonly Family[];
}

/** Answers with what this process counts until the returned function is called. */
export function answerCounts(bus: Bus, registries: ClusterRegistries): Promise<Unsubscribe> {
  return bus.subscribe(
    ASKED,
    (message) => {
      const { asker, number, cluster, component } = JSON.parse(message) as Question;
      const answer: Answer = { number, families: registries.families(cluster, component) ?? [] };
      bus.publish(answersTo(asker), JSON.stringify(answer));
    },
    () => undefined,
  );
}

interface Waiting {
  families: Family[];
  left: number;
  done(): void;
}

interface Options {
  bus: Bus;
  /** Publishes a question; resolves with the number of processes that get it. */
  ask(channel: string, message: string): Promise<number>;
  /** Calls back later; the returned function cancels it. */
  after(milliseconds: number, run: () => void): () => void;
}

/** Asks all workers what they count of a component: each counts the turns that it has taken. */
export class ComponentCounts {
  private readonly me = randomUUID();
  private readonly waiting = new Map<number, Waiting>();
  private heard: Promise<Unsubscribe> | undefined;
  private asked = 0;

  constructor(private readonly options: Options) {}

  /** Without an answer in time, nothing is known. */
  async of(cluster: string, component: string): Promise<readonly Family[]> {
    const { bus, ask, after } = this.options;
    this.heard ??= bus.subscribe(
      answersTo(this.me),
      (message) => this.answered(JSON.parse(message) as Answer),
      () => undefined,
    );
    await this.heard;
    this.asked += 1;
    const number = this.asked;
    const question: Question = { asker: this.me, number, cluster, component };
    return new Promise((resolve) => {
      const waiting: Waiting = { families: [], left: 0, done: () => finish() };
      const cancel = after(PATIENCE, () => finish());
      const finish = (): void => {
        cancel();
        this.waiting.delete(number);
        resolve(waiting.families);
      };
      this.waiting.set(number, waiting);
      ask(ASKED, JSON.stringify(question)).then(
        (processes) => {
          waiting.left += processes;
          if (waiting.left <= 0) finish();
        },
        () => finish(),
      );
    });
  }

  async close(): Promise<void> {
    (await this.heard)?.();
  }

  private answered({ number, families }: Answer): void {
    const waiting = this.waiting.get(number);
    if (!waiting) return;
    waiting.families.push(...families);
    waiting.left -= 1;
    // Before the number of processes is known it is below zero.
    if (waiting.left === 0) waiting.done();
  }
}
