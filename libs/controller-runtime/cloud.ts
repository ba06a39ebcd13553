import type { Instant } from '#apimachinery';
import type { Boot } from './faults.js';

/** A machine in the cloud of a cluster. */
export interface CloudInstance {
  /** Of the node, too. */
  readonly name: string;
  readonly providerID: string;
  readonly type: string;
  readonly zone: string;
  readonly region: string;
  readonly addresses: ReadonlyArray<{ type: string; address: string }>;
  /** Since when it has been shut down. */
  readonly stopped?: Instant;
  /** Its last start, and how often it has been started since it was shut down first. */
  readonly booted?: Boot & { readonly times: number };
}

/** The cloud that a cluster runs in, as of now. */
export interface Cloud {
  /** Its machines by name; undefined if the cluster runs in no cloud. */
  instances(): ReadonlyMap<string, CloudInstance> | undefined;
  /** Calls the listener after each change, from where the component's informers deliver theirs. */
  onChange(listener: () => void): void;
}

/** No cloud. */
export const NO_CLOUD: Cloud = { instances: () => undefined, onChange: () => undefined };
