import type { corev1 } from '#api';
import { type KubeObject, type LabelSelector, notFound } from '#apimachinery';
import type { AdmissionAttributes, AdmissionContext } from '#apiserver';
import { RequestCosts } from '../expressions/request-costs.js';
import { equivalentsOf } from './equivalents.js';
import type { Matched } from './matched.js';

/** A request while webhooks or policies are matched against it: what several of them need is looked up once. */
export class AdmissionRequest {
  /** What its expressions have cost so far. */
  readonly costs = new RequestCosts(() => this.ctx.work.pause());
  private others: readonly Matched[] | undefined;
  private space: Promise<corev1.Namespace | undefined> | undefined;

  constructor(
    readonly attributes: AdmissionAttributes,
    readonly ctx: AdmissionContext,
  ) {}

  /** The version in which the request was made. */
  get own(): Matched {
    const { requested: resource, shape } = this.attributes;
    return { resource, shape };
  }

  get equivalents(): readonly Matched[] {
    const { requested, subresource } = this.attributes;
    this.others ??= equivalentsOf(this.ctx.storages, requested, subresource);
    return this.others;
  }

  /** The object of the request's namespace. */
  namespace(): Promise<corev1.Namespace | undefined> {
    this.space ??= this.ctx.reader.get<corev1.Namespace>('', 'namespaces', '', this.attributes.namespace);
    return this.space;
  }

  /** Whether the request's namespace is selected (webhook/predicates/namespace). Throws 404 if it does not exist. */
  async namespaceMatches(selector: LabelSelector): Promise<boolean> {
    const { namespace, resource, subresource, operation, object } = this.attributes;
    if (selector.empty || (namespace === '' && resource !== 'namespaces')) return true;
    // The labels of a namespace that is being written are those of the request.
    if (resource === 'namespaces' && subresource === '' && (operation === 'CREATE' || operation === 'UPDATE'))
      return selector.matches(object?.metadata.labels);
    const found = await this.namespace();
    if (!found) throw notFound({ group: '', resource: 'namespaces' }, namespace);
    return selector.matches(found.metadata.labels);
  }

  /** Whether the object or the old one is selected (webhook/predicates/object). */
  objectMatches(selector: LabelSelector): boolean {
    if (selector.empty) return true;
    const { object, oldObject } = this.attributes;
    const selected = (one: KubeObject | undefined) => one !== undefined && selector.matches(one.metadata?.labels);
    return selected(object) || selected(oldObject);
  }
}
