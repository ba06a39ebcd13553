export { ManifestError, type ManifestLimits, parseManifest } from './manifest.js';
export { inlineYaml, type YamlDecoder } from './yaml-decoder.js';
export { type ConvertedYaml, yamlToJson } from './yaml-to-json.js';
