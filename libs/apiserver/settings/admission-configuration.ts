import path from 'node:path';
import { yamlToJson } from '#api/yaml';
import { isJsonObject } from '#apimachinery';
import type { AdmissionPlugin } from '../admission/admission.js';
import { StartFailure } from './flags.js';
import type { ReadFile } from './node-files.js';

type Values = Record<string, unknown>;

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
  const { kind, apiVersion, plugins } = document;
  if (kind !== 'AdmissionConfiguration' || !String(apiVersion).startsWith('apiserver.config.k8s.io/v1')) {
    throw failure(`no kind "${String(kind ?? '')}" is registered for version "${String(apiVersion ?? '')}"`);
  }
  const entries = Array.isArray(plugins) ? plugins.filter(isJsonObject) : [];
  return new Map(entries.map((entry): [string, unknown] => [String(entry.name ?? ''), configurationOf(entry, file, read)]));
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
    return plugin.configured(configuration);
  } catch (error) {
    throw new StartFailure(`couldn't init admission plugin "${plugin.name}": ${error instanceof Error ? error.message : String(error)}`);
  }
}
