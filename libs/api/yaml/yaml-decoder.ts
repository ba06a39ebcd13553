import { type ConvertedYaml, yamlToJson } from './yaml-to-json.js';

/** Converts YAML to JSON. A host with many tenants uses threads for documents that take long. */
export interface YamlDecoder {
  /** Converts the first document of a text for a tenant. Rejects with a StatusError if the queue is full. */
  convert(tenant: string, text: string): Promise<ConvertedYaml>;
}

/** Converts synchronously: for a process with one tenant, and for short texts. */
export const inlineYaml: YamlDecoder = { convert: async (_tenant, text) => yamlToJson(text) };
