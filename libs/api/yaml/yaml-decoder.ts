import { type ConvertedYaml, yamlToJson } from './yaml-to-json.js';

/** Where YAML becomes JSON. A host that serves many tenants has threads for what takes long. */
export interface YamlDecoder {
  /** Converts the first document of a text for a tenant. Rejects with a StatusError where there is no room for it now. */
  convert(tenant: string, text: string): Promise<ConvertedYaml>;
}

/** Converts at once: for a process of one tenant, and for short texts. */
export const inlineYaml: YamlDecoder = { convert: async (_tenant, text) => yamlToJson(text) };
