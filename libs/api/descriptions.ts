import fs from 'node:fs';
import type { Definition, Type } from './definition.js';

interface Described {
  description: string;
  fields: Record<string, string>;
}

let loaded: Readonly<Record<string, Described>> | undefined;

/** scripts/gen-descriptions.mjs generates the file; without it only descriptions are missing. */
function all(): Readonly<Record<string, Described>> {
  if (!loaded) {
    const file = new URL('./generated/descriptions.json', import.meta.url);
    loaded = fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, 'utf8')) as Record<string, Described>) : {};
  }
  return loaded;
}

/** Upstream's description of a definition (`core.v1.Pod`) or of one of its fields; '' if there is none. */
export function descriptionOf(definition: string, field?: string): string {
  const described = all()[definition];
  return (field === undefined ? described?.description : described?.fields[field]) ?? '';
}

const conventions = 'https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md';

/** Upstream's descriptions of the fields that every object has, which are the same for all kinds. */
function usual(kind: string, field: string): string {
  if (field === 'metadata') return `Standard ${kind.endsWith('List') ? 'list' : "object's"} metadata. More info: ${conventions}#metadata`;
  if (field === 'spec') return `Specification of the desired behavior of the ${kind}. More info: ${conventions}#spec-and-status`;
  if (field === 'status') return `Most recently observed status of the ${kind}. More info: ${conventions}#spec-and-status`;
  return '';
}

function elementOf(type: Type): Definition | undefined {
  if (type.of === 'struct') return type.definition;
  return type.of === 'list' ? elementOf(type.items) : type.of === 'map' ? elementOf(type.values) : undefined;
}

/**
 * The description of a field. The client library's types have none for fields that refer to another definition: for these the usual
 * description, or that of the definition, is used.
 */
export function fieldDescription(definition: Definition, name: string): string {
  const own = descriptionOf(definition.id, name);
  const field = definition.byName.get(name);
  if (own || !field || !all()['core.v1.Pod']) return own;
  const element = elementOf(field.type);
  return (definition.gvk && usual(definition.gvk[2], name)) || (element ? descriptionOf(element.id) : '');
}
