import { describe, expect, it } from '@jest/globals';
import { ConfigMap, type corev1, Namespace, type Resource } from '#api';
import type { KubeObject } from '#apimachinery';
import type { ClusterStorages } from '#apiserver';
import type { LocalCluster } from '#cluster';
import { LocalGraph } from '../graph.js';
import { widgets } from '../widgets.js';
import { openCluster } from './story.js';

const Widget: Resource = { group: 'example.com', version: 'v1', resource: 'widgets', kind: 'Widget', namespaced: true };

/** A settled cluster, whose controllers have taken their turns before the kind is added. */
async function start(): Promise<LocalCluster & { storages: ClusterStorages }> {
  const cluster = await openCluster({ rootCA: 'PEM' });
  await cluster.settle();
  return { ...cluster, storages: cluster.api.cluster.storages as ClusterStorages };
}

const widget = (name: string, owner?: KubeObject, namespace = 'default'): KubeObject => ({
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  metadata: {
    name,
    namespace,
    ...(owner && {
      ownerReferences: [
        {
          apiVersion: owner.apiVersion,
          kind: owner.kind,
          name: owner.metadata.name,
          uid: owner.metadata.uid ?? '',
          blockOwnerDeletion: true,
        },
      ],
    }),
  },
});

const configMap = (name: string, owner?: KubeObject): corev1.ConfigMap => ({
  ...widget(name, owner),
  apiVersion: 'v1',
  kind: 'ConfigMap',
});

async function names({ client }: LocalCluster, resource: Resource = Widget, namespace = 'default'): Promise<string[]> {
  const { items } = await client.list(resource, { namespace });
  return items.map(({ metadata }) => metadata.name).filter((name) => name !== 'kube-root-ca.crt');
}

describe('the garbage collector', () => {
  it('collects objects of a kind that was added later, and their dependents', async () => {
    const cluster = await start();
    const { client, storages } = cluster;
    storages.install('widgets.example.com', widgets);
    const owner = await client.create(Widget, widget('owner'));
    const child = await client.create(Widget, widget('child', owner));
    await client.create(ConfigMap, configMap('grandchild', child));
    const other = await client.create(ConfigMap, configMap('other'));
    await client.create(Widget, widget('other', other));
    await cluster.settle();
    await client.delete(Widget, 'owner', 'default');
    await client.delete(ConfigMap, 'other', 'default');
    await cluster.settle();
    expect([await names(cluster), await names(cluster, ConfigMap)]).toEqual([[], []]);
  });

  it('delays the deletion of an owner in the foreground', async () => {
    const cluster = await start();
    const { client, storages } = cluster;
    storages.install('widgets.example.com', widgets);
    const owner = await client.create(Widget, widget('owner'));
    await client.create(Widget, {
      ...widget('child', owner),
      metadata: { ...widget('child', owner).metadata, finalizers: ['example.com/hold'] },
    });
    await client.delete(Widget, 'owner', 'default', { propagationPolicy: 'Foreground' });
    await cluster.settle();
    expect(await names(cluster)).toEqual(['child', 'owner']);
    await client.patch(Widget, 'child', 'default', 'merge', { metadata: { finalizers: null } });
    await cluster.settle();
    expect(await names(cluster)).toEqual([]);
  });

  it('deletes nothing because of an owner whose kind is no longer served, and continues when it is served again', async () => {
    const cluster = await start();
    const { client, storages } = cluster;
    storages.install('widgets.example.com', widgets);
    const owner = await client.create(Widget, widget('owner'));
    await cluster.settle();
    storages.remove('widgets.example.com');
    await client.create(ConfigMap, configMap('dependent', owner));
    await cluster.settle();
    await cluster.advance(60_000);
    expect(await names(cluster, ConfigMap)).toEqual(['dependent']);
    storages.install('widgets.example.com', widgets);
    await client.delete(Widget, 'owner', 'default');
    // What failed because the kind did not exist is retried after its back-off.
    await cluster.advance(1_000_000);
    expect(await names(cluster, ConfigMap)).toEqual([]);
  });
});

describe('the namespace controller', () => {
  it('deletes the objects of a kind that was added later', async () => {
    const cluster = await start();
    const { client, storages } = cluster;
    await client.create(Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'old' }, spec: {} });
    await cluster.settle();
    storages.install('widgets.example.com', widgets);
    await client.create(Widget, widget('a', undefined, 'old'));
    await client.create(Widget, widget('b', undefined, 'old'));
    await client.delete(Namespace, 'old');
    await cluster.settle();
    expect(await names(cluster, Widget, 'old')).toEqual([]);
    await expect(client.get(Namespace, 'old')).rejects.toMatchObject({ code: 404 });
  });

  it('waits for objects with finalizers, and is woken when they are deleted', async () => {
    const cluster = await start();
    const { client, storages } = cluster;
    storages.install('widgets.example.com', widgets);
    await client.create(Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'old' }, spec: {} });
    const held = widget('held', undefined, 'old');
    await client.create(Widget, { ...held, metadata: { ...held.metadata, finalizers: ['example.com/hold'] } });
    await client.delete(Namespace, 'old');
    await cluster.settle();
    const found = await client.get(Namespace, 'old');
    const remaining = found.status?.conditions?.find(({ type }) => type === 'NamespaceContentRemaining');
    expect(remaining?.message).toBe('Some resources are remaining: widgets.example.com has 1 resource instances');
    await client.patch(Widget, 'held', 'old', 'merge', { metadata: { finalizers: null } });
    await cluster.settle();
    await expect(client.get(Namespace, 'old')).rejects.toMatchObject({ code: 404 });
  });

  it('ignores kinds that are no longer served', async () => {
    const cluster = await start();
    const { client, storages } = cluster;
    await client.create(Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'old' }, spec: {} });
    storages.install('widgets.example.com', widgets);
    await client.create(Widget, widget('a', undefined, 'old'));
    await cluster.settle();
    storages.remove('widgets.example.com');
    await client.delete(Namespace, 'old');
    await cluster.settle();
    await expect(client.get(Namespace, 'old')).rejects.toMatchObject({ code: 404 });
    storages.install('widgets.example.com', widgets);
    expect(await names(cluster, Widget, 'old')).toEqual(['a']);
  });
});

describe('the graph', () => {
  it('lists, reads, relates and writes objects of the kind while it is served', async () => {
    const cluster = await start();
    const graph = new LocalGraph(cluster);
    const unknown = () => graph.run('{ widgets { items { kind } } }');
    await expect(unknown()).rejects.toThrow('Cannot query field "widgets"');
    cluster.storages.install('widgets.example.com', widgets);
    const events = await graph.subscribe(
      'subscription { watch(kind: "wd") { type object { metadata { name } ... on Widget { spec { size } } } } }',
    );
    const manifest = 'apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: a, namespace: default}\nspec: {size: 3}\n';
    const applied = await graph.run('mutation ($m: String!) { apply(manifest: $m) { object { kind ... on Widget { spec { size } } } } }', {
      m: manifest,
    });
    expect(applied.data).toEqual({ apply: [{ object: { kind: 'Widget', spec: { size: 3 } } }] });
    const event = await events.next();
    expect(event.value?.data).toEqual({ watch: { type: 'ADDED', object: { metadata: { name: 'a' }, spec: { size: 3 } } } });
    await events.return();
    const again = await graph.run('mutation ($m: String!) { apply(manifest: $m) { object { ... on Widget { spec { json } } } } }', {
      m: manifest.replace('size: 3', 'color: red'),
    });
    expect(again.data).toEqual({ apply: [{ object: { spec: { json: { size: 1, color: 'red' } } } }] });
    const patched = await graph.run('mutation { patch(kind: "widget", name: "a", type: MERGE, patch: {spec: {size: 4}}) { operation } }');
    expect(patched.errors).toBeUndefined();
    const read = await graph.run(
      '{ widgets { items { metadata { name } spec { size json } status events { reason } } } widget(name: "a") { spec { size } } object(kind: "Widget", name: "a") { kind } }',
    );
    expect(read.data).toEqual({
      widgets: { items: [{ metadata: { name: 'a' }, spec: { size: 4, json: { size: 4, color: 'red' } }, status: null, events: [] }] },
      widget: { spec: { size: 4 } },
      object: { kind: 'Widget' },
    });
    cluster.storages.remove('widgets.example.com');
    await expect(unknown()).rejects.toThrow('Cannot query field "widgets"');
    expect(graph.unexpected).toEqual([]);
  });
});
