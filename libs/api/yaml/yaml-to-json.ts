import { expandedYaml } from '../limits.js';
import { construct } from './construct.js';
import { eventsOf } from './events.js';
import { jsonOf } from './json.js';
import { type TextPlace, YamlError } from './yaml-error.js';

/** A YAML document as JSON, or its error in upstream's words. Plain data, because it is sent between threads. */
export type ConvertedYaml =
  | {
      json: string;
      /** Duplicate keys, in the words of goyaml's strict mode; the last value is used. */
      repeated?: string;
    }
  | { error: string; place?: TextPlace };

/**
 * The first document of a YAML text as JSON (sigs.k8s.io/yaml YAMLToJSON, over goyaml.v2): YAML 1.1's booleans, merge keys, no timestamps.
 * Takes linear time: about 40 ms per megabyte.
 */
export function yamlToJson(text: string): ConvertedYaml {
  try {
    const { value, repeated } = construct(eventsOf(text));
    // Without aliases no text becomes four times as long.
    const json = jsonOf(value, Math.max(4 * text.length, expandedYaml));
    return repeated.length === 0 ? { json } : { json, repeated: `yaml: unmarshal errors:\n  ${repeated.join('\n  ')}` };
  } catch (error) {
    if (error instanceof YamlError) return { error: error.message, ...(error.place && { place: error.place }) };
    throw error;
  }
}
