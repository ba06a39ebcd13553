import type { Bus } from '#cacher/bus';
import type { PlatformEvent } from '#platform';

const channel = 'orrery:platform';

/** Changes to the platform, told to every process. A hint: whoever misses one finds out from the tables. */
export interface PlatformEvents {
  /** Told here at once, to the others over the bus. */
  notify(event: PlatformEvent): void;
  close(): void;
}

/** The event of a message; undefined for what is none: anyone may publish who reaches Redis. */
function parsed(message: string): PlatformEvent | undefined {
  try {
    const event = JSON.parse(message) as PlatformEvent | null;
    return typeof event?.type === 'string' ? event : undefined;
  } catch {
    return undefined;
  }
}

/** `onGap` is called when messages may have been lost. */
export async function platformEvents(bus: Bus, on: { event(event: PlatformEvent): void; gap(): void }): Promise<PlatformEvents> {
  const unsubscribe = await bus.subscribe(
    channel,
    (message) => {
      const event = parsed(message);
      if (event) on.event(event);
    },
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
