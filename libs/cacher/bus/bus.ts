/** Stops a subscription. */
export type Unsubscribe = () => void;

/**
 * Publish and subscribe between processes. Messages may be lost, and are lost during a reconnect: they are hints that the store has
 * changed.
 */
export interface Bus {
  publish(channel: string, message: string): void;
  /**
   * `onGap` is called when messages may have been lost (after a reconnect). Resolves once subscribed. A message for which `onMessage`
   * throws is ignored, because anyone may have published it.
   */
  subscribe(channel: string, onMessage: (message: string) => void, onGap: () => void): Promise<Unsubscribe>;
  close(): Promise<void>;
}
