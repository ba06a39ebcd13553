import type { EtcdKey, EtcdSnapshot } from '../runtime/etcd-access.js';

/**
 * The answers of etcd in JSON, and fields, as etcdctl prints them (etcdserverpb, etcdctl/ctlv3/command printer_json.go, printer_fields.go). How often a key
 * was written is not known, and is left out. Pure.
 */

/** What each answer begins with. Ids are 64 bits. */
export interface Header {
  cluster_id: bigint;
  member_id: bigint;
  revision?: number;
  raft_term: number;
}

export interface HeaderFacts {
  /** The id of the member that answers, in hexadecimal. */
  id: string;
  term: number;
  /** The id of the cluster, in hexadecimal. */
  cluster: string;
  /** Of the store, in answers that tell it. */
  revision?: number;
}

/** An id in hexadecimal as the number that it is. */
export const idOf = (hex: string): bigint => BigInt(`0x${hex}`);

/** The header of an answer. */
export function headerOf({ id, term, cluster, revision }: HeaderFacts): Header {
  return { cluster_id: idOf(cluster), member_id: idOf(id), ...(revision === undefined ? {} : { revision }), raft_term: term };
}

const MARK = '\u0000';

/** JSON with numbers of 64 bits. */
export function jsonText(value: unknown): string {
  const marked = JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? `${MARK}${each}` : each));
  return marked.replaceAll(/"\\u0000(\d+)"/g, '$1');
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** What a read has found: `kvs` are the keys that are shown of `count`. */
export interface Found {
  header: Header;
  kvs: readonly EtcdKey[];
  count: number;
  keysOnly: boolean;
}

/** A read in JSON. */
export const foundJson = ({ header, kvs, count, keysOnly }: Found): unknown => ({
  header,
  ...(kvs.length > 0
    ? {
        kvs: kvs.map(({ key, value, createRevision, modRevision }) => ({
          ...{ key: base64(key), create_revision: createRevision, mod_revision: modRevision },
          ...(keysOnly ? {} : { value: base64(value) }),
        })),
      }
    : {}),
  ...(kvs.length > 0 && kvs.length < count ? { more: true } : {}),
  ...(count > 0 ? { count } : {}),
});

/** A header as fields. */
export const headerFields = ({ cluster_id: cluster, member_id: member, revision, raft_term: term }: Header): string[] => [
  ...[`"ClusterID" : ${cluster}`, `"MemberID" : ${member}`],
  ...(revision === undefined ? [] : [`"Revision" : ${revision}`]),
  `"RaftTerm" : ${term}`,
];

/** A read as fields. */
export function foundFields({ header, kvs, count, keysOnly }: Found): string {
  const head = headerFields(header);
  const keys = kvs.flatMap(({ key, value, createRevision, modRevision }) => [
    ...[`"Key" : ${JSON.stringify(key)}`, `"CreateRevision" : ${createRevision}`, `"ModRevision" : ${modRevision}`],
    ...[`"Value" : ${JSON.stringify(keysOnly ? '' : value)}`, '"Lease" : 0'],
  ]);
  return [...head, ...keys, `"More" : ${kvs.length > 0 && kvs.length < count}`, `"Count" : ${count}`].map((line) => `${line}\n`).join('');
}

/** What a snapshot's file tells, in JSON. */
export const snapshotJson = ({ hash, revision, keys, size }: EtcdSnapshot): unknown => ({
  hash: Number.parseInt(hash.slice(0, 8), 16),
  ...{ revision, totalKey: keys, totalSize: size, version: '3.6.0' },
});
