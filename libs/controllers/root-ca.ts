import { ConfigMap, Namespace } from '#api';
import { deepEqual, isAlreadyExists, isNamespaceTerminating } from '#apimachinery';
import { defineController, watching } from '#controller-runtime';

const NAME = 'kube-root-ca.crt';
const DESCRIPTION = 'kubernetes.io/description';
const TEXT =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or ' +
  'kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

/** Publishes the cluster's CA bundle in every namespace (pkg/controller/certificates/rootcacertpublisher/publisher.go). */
export const rootCA = defineController({
  name: 'root-ca-cert-publisher',
  queue: 'root_ca_cert_publisher',
  flag: 'root-ca-certificate-publisher-controller',
  for: Namespace,
  filter: ({ deleted }) => !deleted,
  watches: [watching(ConfigMap, ({ object }) => (object.metadata.name === NAME ? [{ name: object.metadata.namespace ?? '' }] : []))],
  interests: ({ resource, name }) => resource === 'namespaces' || name === NAME,
  async reconcile({ metadata, status }, { client, informers, rootCA: bundle }) {
    if (status?.phase === 'Terminating' || metadata.deletionTimestamp !== undefined) return;
    const namespace = metadata.name;
    const data = { 'ca.crt': bundle };
    const present = informers.of(ConfigMap).get(NAME, namespace);
    if (present !== undefined) {
      // Another description stays as long as the data is right.
      if (deepEqual(present.data, data) && present.metadata.annotations?.[DESCRIPTION]) return;
      const annotations = { ...present.metadata.annotations, [DESCRIPTION]: TEXT };
      await client.update(ConfigMap, { ...present, metadata: { ...present.metadata, annotations }, data });
      return;
    }
    const made = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: NAME, namespace, annotations: { [DESCRIPTION]: TEXT } }, data };
    await client.create(ConfigMap, made).catch((error: unknown) => {
      if (!isAlreadyExists(error) && !isNamespaceTerminating(error)) throw error;
    });
  },
});
