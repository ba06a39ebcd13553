import { describe, expect, test } from '@jest/globals';
import { decodeBody } from '#api';
import { testCluster } from '../test-cluster.js';

const PROTOBUF = 'application/vnd.kubernetes.protobuf';

describe('discovery as protobuf', () => {
  test.each([
    ['/api', 'APIVersions'],
    ['/api/v1', 'APIResourceList'],
    ['/apis', 'APIGroupList'],
    ['/apis/apps', 'APIGroup'],
    ['/apis/apps/v1', 'APIResourceList'],
  ])('%s has the same content as in JSON', async (path, kind) => {
    const { call } = await testCluster();
    const { response } = await call('GET', path, { headers: { accept: `${PROTOBUF},application/json` } });
    expect([response.status, response.headers['content-type']]).toEqual([200, PROTOBUF]);
    const expected = { group: '', version: 'v1', kind };
    const { object } = decodeBody({ body: Buffer.from(response.body ?? ''), contentType: PROTOBUF, expected });
    const { kind: _kind, apiVersion: _version, ...read } = object;
    const { kind: _k, apiVersion: _v, ...json } = (await call('GET', path)).body;
    expect(JSON.parse(JSON.stringify(read))).toMatchObject(json);
  });
});
