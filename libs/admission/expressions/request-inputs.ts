import type { corev1 } from '#api';
import { type KubeObject, notFound } from '#apimachinery';
import type { AdmissionRequest } from '../matching/admission-request.js';
import type { Matched } from '../matching/matched.js';
import { optionsObject, requestOf } from '../matching/request-parts.js';
import { versioned } from '../matching/versioned.js';
import { authorizerValues } from './authorizer.js';
import type { Input } from './evaluation.js';

/** The namespace of a request; none for cluster-scoped objects, and for a Namespace itself. Throws 404 if it does not exist. */
async function namespaceOf(request: AdmissionRequest): Promise<corev1.Namespace | null> {
  const { namespace, shape } = request.attributes;
  if (namespace === '' || (shape.group === '' && shape.kind === 'Namespace')) return null;
  const found = await request.namespace();
  if (!found) throw notFound({ group: '', resource: 'namespaces' }, namespace);
  return found;
}

/** What the expressions of policies see of one request: shared by all that see it in the same version. */
export class RequestInputs {
  private readonly old = new Map<unknown, KubeObject | null>();
  private readonly values: ReturnType<typeof authorizerValues>;

  constructor(private readonly request: AdmissionRequest) {
    this.values = authorizerValues(request.attributes, request.ctx);
  }

  async of(matched: Matched, params: KubeObject | undefined, object: KubeObject | undefined): Promise<Input> {
    const { request } = this;
    const { attributes } = request;
    return {
      object: object ?? null,
      oldObject: this.oldObject(matched),
      params: params ?? null,
      namespaceObject: await namespaceOf(request),
      request: () => ({ ...requestOf(request, matched), dryRun: attributes.dryRun, options: optionsObject(attributes) }),
      ...this.values,
    };
  }

  private oldObject(matched: Matched): KubeObject | null {
    const known = this.old.get(matched.shape);
    if (known !== undefined) return known;
    const { oldObject } = this.request.attributes;
    const made = oldObject ? versioned(oldObject, matched) : null;
    this.old.set(matched.shape, made);
    return made;
  }
}
