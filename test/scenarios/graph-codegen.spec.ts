import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import * as operations from '@graphql-codegen/typescript-operations';
import { afterAll, expect, test } from '@jest/globals';
import { parse } from 'graphql';
import ts from 'typescript';
import { createLocalCluster } from '#cluster';
import { sdlOf } from '#graphql';
import { LocalGraph } from '../graph.js';

/** As a client has them, each with a name. */
const documents = `
  query Workloads($namespace: String) {
    deployments(namespace: $namespace, limit: 10) {
      items {
        metadata { name age }
        spec { replicas }
        replicaSets { metadata { name } }
        pods { metadata { name labels(key: "app") } status { phase startTime(as: AGE) } ownerChain { kind metadata { name } } }
      }
      continue
    }
  }
  query Nodes { nodes { items { metadata { name } status { allocatable { cpu(unit: MILLI) memory(unit: GIBI) } } } } }
  mutation Label($name: String!, $set: StringMap!) { label(kind: "node", name: $name, set: $set) { object { kind metadata { name } } warnings } }
  subscription Pods($changed: [String!]) { pods(changed: $changed) { type object { metadata { name } status { phase } } changes { path from to } } }
  subscription Chain { eventChain(kind: "deployment", name: "web") { type depth component summary object { kind ... on Pod { status { podIP } } } } }
`;

/** What a client does with the types. */
const use = `
  import type { LabelMutationVariables, PodsSubscription, WorkloadsQuery } from './types.js';
  export const names = (answer: WorkloadsQuery): Array<string | null | undefined> =>
    (answer.deployments?.items ?? []).flatMap(({ pods }) => (pods ?? []).map(({ metadata }) => metadata.name));
  export const phase = ({ pods }: PodsSubscription) => pods?.[0]?.object.status?.phase;
  export const variables: LabelMutationVariables = { name: 'worker-1', set: { a: 'b' } };
`;
const misuse = `
  import type { LabelMutationVariables } from './types.js';
  export const wrong: LabelMutationVariables = { set: {} };
`;

const folder = mkdtempSync(path.join(tmpdir(), 'orrery-codegen-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('graphql-codegen makes types of the schema’s text and of operations that the compiler accepts', async () => {
  const cluster = await createLocalCluster();
  const sdl = await sdlOf((await new LocalGraph(cluster).runtime).schema, () => undefined);
  cluster.close();
  const schema = parse(sdl);
  const config = { scalars: { StringMap: 'Record<string, string>' } };
  const ofSchema = { filename: 'schema.ts', schema, documents: [], plugins: [{ typescript: {} }], pluginMap: { typescript }, config };
  const ofOperations = {
    ...{ filename: 'types.ts', schema, config, plugins: [{ operations: {} }], pluginMap: { operations } },
    documents: [{ location: 'operations.graphql', document: parse(documents) }],
  };
  const types = await codegen(ofOperations);
  const files = { 'schema.ts': await codegen(ofSchema), 'types.ts': types, 'use.ts': use, 'misuse.ts': misuse };
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  const program = ts.createProgram({
    rootNames: Object.keys(files).map((name) => path.join(folder, name)),
    options: {
      strict: true,
      noEmit: true,
      types: [],
      lib: ['lib.es2023.d.ts'],
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
    },
  });
  const wrong = ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
  expect(wrong).toEqual([expect.stringMatching(/^Property 'name' is missing/)]);
  expect(types).toMatch(/export type WorkloadsQuery = /);
}, 120_000);
