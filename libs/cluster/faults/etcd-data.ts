import type { corev1 } from '#api';
import { type EtcdData, flagsOf, withDirectory } from '#apiserver';
import { hostPathOf } from '#node';

/** Where kubeadm's members have their data. */
const KUBEADMS = '/var/lib/etcd';

/** A member of etcd, and the directory that its manifest names; undefined: there is no manifest, or none that can be read. */
export interface MemberDirectory {
  readonly node: string;
  readonly path?: string;
}

/** What follows from the directories that the members' manifests name. */
export interface DataPlan {
  /** Members that do not come up, and why. */
  readonly troubles: ReadonlyArray<{ readonly node: string; readonly message: string }>;
  /** The members open other data: what was stored at a revision. */
  readonly restore?: { readonly revision: number; readonly data: EtcdData };
}

/** The directory of its node in which a member has its data. */
export function dataDirectory(pod: corev1.Pod): string {
  const path = flagsOf(pod).get('data-dir') ?? KUBEADMS;
  return (hostPathOf(pod, path) ?? path).replace(/(?!^)\/+$/, '');
}

const EMPTY = 'has no data of a member: restore a snapshot to it with etcdutl (a cluster without any data is not simulated)';
const MISMATCH =
  '{"level":"fatal","caller":"etcdmain/etcd.go:204","msg":"discovery failed","error":"cluster ID mismatch: the other members have other data"}';

/**
 * Data is what the members agree on: when all have been given directories with the same state, that is what is stored from then on; while they
 * differ, those with other data do not come up. `revision`: that of the store, at which the data that is open now is left. Pure.
 */
export function planData(data: EtcdData, members: readonly MemberDirectory[], revision: number): DataPlan {
  const openOn = (node: string): string => data.open[node] ?? KUBEADMS;
  const stateOf = ({ node, path }: MemberDirectory): number | 'open' | undefined => {
    if (path === undefined || path === openOn(node)) return 'open';
    return data.directories.find((each) => each.node === node && each.path === path)?.revision;
  };
  const states = members.map((member) => ({ ...member, state: stateOf(member) }));
  const [first] = states;
  if (typeof first?.state === 'number' && states.every(({ state }) => state === first.state)) {
    const left = members.reduce((known, { node }) => withDirectory(known, { node, path: openOn(node), revision }), data);
    const isOpened = ({ node, path }: { node: string; path: string }) => members.some((each) => each.node === node && each.path === path);
    const open = Object.fromEntries(members.map(({ node, path = KUBEADMS }) => [node, path]));
    return {
      troubles: [],
      restore: { revision: first.state, data: { ...left, directories: left.directories.filter((each) => !isOpened(each)), open } },
    };
  }
  return {
    troubles: states.flatMap(({ node, path, state }) => {
      if (state === 'open') return [];
      return [{ node, message: state === undefined ? `${path} ${EMPTY}` : MISMATCH }];
    }),
  };
}
