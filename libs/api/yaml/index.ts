export { fieldLines } from './field-line.js';
export { type ManifestDocument, ManifestError, type ManifestLimits, parseManifest, readManifest } from './manifest.js';
export { inlineYaml, type YamlDecoder } from './yaml-decoder.js';
export { type ConvertedYaml, yamlToJson } from './yaml-to-json.js';
