import type { apiextensionsv1 } from '#api';
import { failureStatus, type KubeObject, plainCopy, StatusError } from '#apimachinery';
import type { Conversion } from '#apiserver';
import type { VersionRules } from './strategy.js';
import { webhookConversion } from './webhook-conversion.js';

/** Conversion between the versions of a custom kind (apiextensions-apiserver/pkg/apiserver/conversion). */
type Converting = Omit<Conversion, 'group' | 'version' | 'resource'>;
type Strategy = apiextensionsv1.CustomResourceConversion | undefined;

/** Objects that were not asked for, where nothing can be asked: a bare 500, as for a webhook that cannot be reached. */
function uncalled(from: string, kind: string): StatusError {
  const message = `conversion webhook for ${from}, Kind=${kind} failed: no connection to the webhook`;
  return new StatusError(failureStatus({ code: 500, message }));
}

/** An object as a version has it: pruned and defaulted by its schema. A copy. */
function read(object: KubeObject, { apiVersion, schema }: VersionRules): KubeObject {
  const copy = { ...plainCopy(object), apiVersion };
  schema.coerce(copy, false);
  schema.applyDefaults(copy);
  return copy;
}

const asking = (strategy: Strategy): Pick<Converting, 'convert'> =>
  strategy?.strategy === 'Webhook' && strategy.webhook ? { convert: webhookConversion(strategy.webhook) } : {};

function converted(object: KubeObject, apiVersion: string, strategy: Strategy): KubeObject {
  if (object.apiVersion === apiVersion) return object;
  if (strategy?.strategy === 'Webhook') throw uncalled(object.apiVersion, object.kind);
  return { ...object, apiVersion };
}

/** A version that is not stored. */
export const asStored = (rules: VersionRules, stored: VersionRules, strategy: Strategy): Converting => ({
  toStorage: (object) => converted(object, stored.apiVersion, strategy),
  fromStorage: (object) => read(converted(object, rules.apiVersion, strategy), rules),
  ...asking(strategy),
});

/** The stored version, whose objects may have been stored by another schema or in another version. */
export const rereading = (rules: VersionRules, strategy: Strategy): Converting => ({
  toStorage: (object) => object,
  fromStorage: (object) => read(converted(object, rules.apiVersion, strategy), rules),
  ...asking(strategy),
});
