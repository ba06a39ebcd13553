import type { KubeObject } from '#apimachinery';
import type { CachedObject } from '#cacher';

/** Which nodes of a cluster run its control plane, as a row of its store beside /registry. It counts even if somebody deletes the Nodes. */
interface ControlPlaneNodes extends KubeObject {
  nodes: readonly string[];
}

/** The key of the row. */
export const CONTROL_PLANE_KEY = '/machine/control-plane';

/** The nodes of a cluster without a row, which is one of a former version: what kubeadm has left on them is in no file. */
const FORMER: readonly string[] = ['control-plane'];

/** The nodes that run the control plane, the one that was initialized first in front. `row`: what is stored at the key. */
export const controlPlaneNodes = (row: CachedObject | undefined): readonly string[] =>
  (row?.object as ControlPlaneNodes | undefined)?.nodes ?? FORMER;

/** The stored form. */
export const controlPlaneText = (nodes: readonly string[]): string =>
  JSON.stringify({
    apiVersion: 'orrery/v1',
    kind: 'ControlPlaneNodes',
    metadata: { name: 'control-plane' },
    nodes,
  } satisfies ControlPlaneNodes);
