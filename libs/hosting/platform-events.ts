import { z } from 'zod';
import type { Bus } from '#cacher/bus';
import type { PlatformEvent } from '#platform';

const channel = 'orrery:platform';

/** Changes to the platform, sent to every process. A process that misses one reads the change from the tables later. */
export interface PlatformEvents {
  /** Delivers it here at once, and to the others over the bus. */
  notify(event: PlatformEvent): void;
  close(): void;
}

const instant = z.number().int();
const clock = z.discriminatedUnion('mode', [
  z.object({ mode: z.literal('real') }),
  z.object({ mode: z.literal('scaled'), rate: z.number(), now: instant, since: instant }),
  z.object({ mode: z.literal('frozen'), now: instant }),
  z.object({ mode: z.literal('stepped'), now: instant }),
]);

const event = z.discriminatedUnion('type', [
  z.object({ type: z.literal('tokens-revoked'), hashes: z.array(z.string()) }),
  z.object({ type: z.literal('cluster-deleted'), cluster: z.string() }),
  z.object({ type: z.literal('quotas'), organization: z.string() }),
  z.object({ type: z.literal('clock'), cluster: z.string(), now: instant }),
  z.object({ type: z.literal('cluster-changed'), cluster: z.string(), clock, restored: z.boolean() }),
]);

/** Throws if it is not an event: the bus ignores such a message. */
function eventOf(message: unknown): PlatformEvent {
  return event.parse(message);
}

/** `onGap` is called when messages may have been lost. */
export async function platformEvents(bus: Bus, on: { event(event: PlatformEvent): void; gap(): void }): Promise<PlatformEvents> {
  const unsubscribe = await bus.subscribe(
    channel,
    (message) => on.event(eventOf(JSON.parse(message))),
    () => on.gap(),
  );
  return {
    notify(event) {
      on.event(event);
      bus.publish(channel, JSON.stringify(event));
    },
    close: unsubscribe,
  };
}
