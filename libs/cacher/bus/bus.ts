/** Stops a subscription. */
export type Unsubscribe = () => void;

/**
 * Publish and subscribe between processes. A hint, never the truth: messages may be lost, and are after a reconnect.
 */
export interface Bus {
  publish(channel: string, message: string): void;
  /**
   * `onGap` is called when messages may have been lost (a reconnect). Resolves once subscribed. A message that `onMessage` throws on is
   * ignored: anybody may have published it.
   */
  subscribe(channel: string, onMessage: (message: string) => void, onGap: () => void): Promise<Unsubscribe>;
  close(): Promise<void>;
}
