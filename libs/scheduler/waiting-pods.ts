import type { corev1 } from '#api';
import { formatKey, type Instant, keyOf } from '#apimachinery';
import type { CausalClient } from '#client';
import type { Decision } from './binding.js';
import type { Plugin, Wait } from './framework.js';
import { type Happening, helpOf } from './hints.js';

/** A pod that has a node and waits before it is bound. */
interface Entry {
  decision: Decision;
  client: CausalClient;
  plugin: Plugin;
  message: string;
  until: Instant;
  due: boolean;
}

/** A pod whose binding is to be continued, or whose time is over. */
export interface DueBinding {
  decision: Decision;
  client: CausalClient;
  plugin: Plugin;
  /** Why it is given up. */
  timedOut?: string;
}

/** Pods that were given a node, and that a plugin lets wait: at permit, or in preBind (waiting_pods_map.go). */
export class WaitingPods {
  private readonly entries = new Map<string, Entry>();
  /** Those that were taken to be continued: if they wait again, it is until the same time. */
  private readonly resumed = new Map<string, Entry>();

  get size(): number {
    return this.entries.size;
  }

  /** The pod waits; if it has waited before, its time goes on running. */
  add(decision: Decision, client: CausalClient, { wait, message, plugin }: Wait & { plugin: Plugin }, now: Instant): void {
    const { key } = decision.waiting;
    const before = this.resumed.get(key);
    this.resumed.delete(key);
    const until = before?.plugin === plugin ? before.until : now + wait;
    this.entries.set(key, { decision, client, plugin, message, until, due: false });
  }

  /** The pod is bound or given up. */
  end(key: string): void {
    this.resumed.delete(key);
    this.entries.delete(key);
  }

  /** Takes a pod that is deleted. */
  take(pod: corev1.Pod): Decision | undefined {
    if (this.entries.size === 0 && this.resumed.size === 0) return undefined;
    const key = formatKey(keyOf(pod));
    const entry = this.entries.get(key);
    this.end(key);
    return entry?.decision;
  }

  /** Something has changed: pods whose plugin may go on are due. Whether there are any. */
  happened(happening: Happening): boolean {
    let any = false;
    for (const entry of this.entries.values()) {
      const helps = !entry.due && helpOf([entry.plugin], happening);
      if (helps) entry.due = helps(entry.decision.waiting.pod);
      any ||= entry.due;
    }
    return any;
  }

  hasDue(now: Instant): boolean {
    for (const { due, until } of this.entries.values()) if (due || until <= now) return true;
    return false;
  }

  takeDue(now: Instant): DueBinding[] {
    const taken: DueBinding[] = [];
    for (const [key, entry] of this.entries) {
      const over = entry.until <= now;
      if (!entry.due && !over) continue;
      this.entries.delete(key);
      this.resumed.set(key, entry);
      const { decision, client, plugin, message } = entry;
      taken.push({ decision, client, plugin, ...(over && !entry.due ? { timedOut: message } : {}) });
    }
    return taken;
  }

  nextAt(): Instant | undefined {
    let next: Instant | undefined;
    for (const { until } of this.entries.values()) next = next === undefined ? until : Math.min(next, until);
    return next;
  }
}
