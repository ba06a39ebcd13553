import path from 'node:path';
import { yamlToJson } from '#api/yaml';
import { isJsonObject } from '#apimachinery';
import type { AdmissionPlugin } from '../admission/admission.js';
import { type ConfigurationType, checkType } from './configuration-type.js';
import { StartFailure } from './flags.js';
import type { ReadFile } from './node-files.js';

type Values = Record<string, unknown>;

const ADMISSION_CONFIGURATION: ConfigurationType = {
  kinds: ['v1', 'v1alpha1'].map((version) => [`apiserver.config.k8s.io/${version}`, 'AdmissionConfiguration']),
  fields: { plugins: [{ name: 'value', path: 'value', configuration: 'value' }] },
};

const failure = (text: string): StartFailure => new StartFailure(`failed to read plugin config: ${text}`);

/** The first document of a file, as JSON. Throws StartFailure. */
function documentIn(file: string, text: string): unknown {
  const converted = yamlToJson(text);
  if ('error' in converted) throw failure(`${file}: ${converted.error}`);
  return JSON.parse(converted.json);
}

function textOf(file: string, read: ReadFile): string {
  const text = read(file);
  if (text !== undefined) return text;
  throw failure(`unable to read admission control configuration from "${file}" [open ${file}: no such file or directory]`);
}

/** What --admission-control-config-file says of each plugin (apiserver/pkg/admission/config.go). Throws StartFailure. */
export function pluginConfigurations(file: string, read: ReadFile): ReadonlyMap<string, unknown> {
  const document = documentIn(file, textOf(file, read));
  if (!isJsonObject(document)) throw failure(`${file} is no AdmissionConfiguration`);
  // Files of single plugins, from before there were others.
  if (document.kind === undefined && ('imagePolicy' in document || 'podNodeSelectorPluginConfig' in document)) {
    return new Map(['ImagePolicyWebhook', 'PodNodeSelector'].map((name) => [name, document]));
  }
  try {
    checkType(document, ADMISSION_CONFIGURATION);
  } catch (error) {
    throw failure((error as Error).message);
  }
  const { plugins } = document;
  const found = new Map<string, unknown>();
  for (const entry of Array.isArray(plugins) ? plugins.filter(isJsonObject) : []) {
    const name = String(entry.name ?? '');
    // Of several entries for a plugin the first counts.
    if (!found.has(name)) found.set(name, configurationOf(entry, file, read));
  }
  return found;
}

function configurationOf({ configuration, path: place }: Values, file: string, read: ReadFile): unknown {
  if (configuration !== undefined && configuration !== null) return configuration;
  if (typeof place !== 'string' || place === '') return undefined;
  const absolute = path.posix.resolve(path.posix.dirname(file), place);
  return documentIn(absolute, textOf(absolute, read));
}

/** The plugin with its configuration. Throws StartFailure. */
export function configuredPlugin(plugin: AdmissionPlugin, configuration: unknown): AdmissionPlugin {
  if (plugin.configured === undefined) return plugin;
  try {
    if (configuration !== undefined && plugin.configuration) checkType(configuration, plugin.configuration);
    return plugin.configured(configuration);
  } catch (error) {
    throw new StartFailure(`couldn't init admission plugin "${plugin.name}": ${error instanceof Error ? error.message : String(error)}`);
  }
}
