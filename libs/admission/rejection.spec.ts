import type { KubeObject } from '#apimachinery';
import type { AdmissionAttributes } from '#apiserver';
import { rejected } from './rejection.js';

const object = (metadata: object) => ({ apiVersion: 'v1', kind: 'Pod', metadata }) as KubeObject;
const cause = { reason: 'FieldValueInvalid', message: 'm', field: 'spec.x' };

describe('a rejection', () => {
  it.each<[string, Partial<AdmissionAttributes>, { name?: string; group?: string; kind?: string }, string]>([
    ['bears the name of the request', { name: 'a', object: object({ name: 'b' }) }, { name: 'a', kind: 'pods' }, 'pods "a"'],
    ['else that of the object', { object: object({ name: 'b', generateName: 'b-' }) }, { name: 'b', kind: 'pods' }, 'pods "b"'],
    ['else what its name begins with', { object: object({ generateName: 'b-' }) }, { name: 'b-', kind: 'pods' }, 'pods "b-"'],
    ['else says that it is not known', { object: object({}) }, { name: 'Unknown', kind: 'pods' }, 'pods "Unknown"'],
    ['the same without an object', {}, { name: 'Unknown', kind: 'pods' }, 'pods "Unknown"'],
    [
      'the group follows the resource',
      { group: 'apps', resource: 'deployments', name: 'a' },
      { name: 'a', group: 'apps', kind: 'deployments' },
      'deployments.apps "a"',
    ],
  ])('%s', (_, attributes, details, about) => {
    const { status } = rejected({ group: '', resource: 'pods', name: '', ...attributes } as AdmissionAttributes, 'no reason', [cause]);
    expect(status).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: `${about} is forbidden: no reason`,
      reason: 'Forbidden',
      details: { ...details, causes: [cause] },
      code: 403,
    });
  });
});
