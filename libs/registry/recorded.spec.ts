import { readFileSync } from 'node:fs';
import { testCluster } from '#apiserver/test-cluster';
import { conversions, strategies } from './index.js';

/** A real v1.36 server's response to a POST: the created object, or the error. */
interface Created {
  path: string;
  body: unknown;
  object: { metadata: Record<string, unknown> };
}
interface Rejected {
  path: string;
  body: unknown;
  message: string;
  causes: Array<[field: string, message: string]>;
}

const read = <T>(file: string): T[] => JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8'));
const named = <T extends { path: string; body: unknown }>(cases: T[]) =>
  cases.map((each) => [`${each.path.split('/').at(-1)} ${JSON.stringify(each.body).slice(0, 160)}`, each] as const);

const cluster = () => testCluster({ strategies, conversions });

/** The user of the recorded requests. */
const user = {
  name: 'kubernetes-admin',
  groups: ['system:masters', 'system:authenticated'],
  extra: {
    'authentication.kubernetes.io/credential-id': ['X509SHA256=06c87f4007326bc15e197c465d5762bd3e85bfd3e5d06a55fa123682df70d63f'],
  },
};

/** Fields set by admission, which this spec's cluster does not have. */
const BY_ADMISSION = new Set(['kubernetes.io/vac-protection', 'kubernetes.io/pv-protection', 'kubernetes.io/pvc-protection']);

/** Random values, by their names in the recording. */
const normalized = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value)
      .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uid>')
      .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, '<time>'),
  );

describe('objects that a real server created', () => {
  it.each(named(read<Created>('./created.recorded.json')))('%s', async (_, { path, body, object }) => {
    const { call } = await cluster();
    const answer = await call('POST', path, { body, user });
    const { managedFields, uid, resourceVersion, creationTimestamp, ...metadata } = answer.body.metadata as unknown as Record<
      string,
      unknown
    >;
    const finalizers = (object.metadata.finalizers as string[] | undefined)?.filter((each) => !BY_ADMISSION.has(each));
    const { finalizers: _finalizers, ...expected } = object.metadata;
    expect(normalized({ ...answer.body, metadata })).toEqual({
      ...object,
      metadata: { ...expected, ...(finalizers?.length ? { finalizers } : {}) },
    });
  });
});

describe('objects that a real server rejected', () => {
  it.each(named(read<Rejected>('./rejected.recorded.json')))('%s', async (_, { path, body, message, causes }) => {
    const { call } = await cluster();
    const answer = await call('POST', path, { body });
    const details = answer.body.details as { causes?: Array<{ field?: string; message: string }> } | undefined;
    expect({ message: answer.body.message, causes: details?.causes?.map((cause) => [cause.field ?? '', cause.message]) ?? [] }).toEqual({
      message,
      causes,
    });
  });
});
