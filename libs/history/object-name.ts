import type { KubeObject } from '#apimachinery';

/** An object as kubectl names it, with its namespace if it is not the default one: `pod/web-1`, `pod/kube-system/coredns-1`. */
export function nameOf({
  kind,
  metadata: { name, namespace },
}: Pick<KubeObject, 'kind'> & { metadata: { name: string; namespace?: string } }): string {
  const where = namespace && namespace !== 'default' ? `${namespace}/` : '';
  return `${kind.toLowerCase()}/${where}${name}`;
}
