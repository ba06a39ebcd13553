import fs from 'node:fs';

interface Described {
  description: string;
  fields: Record<string, string>;
}

let loaded: Readonly<Record<string, Described>> | undefined;

/** scripts/gen-descriptions.mjs makes the file; without it there are no descriptions, and nothing else is missing. */
function all(): Readonly<Record<string, Described>> {
  if (!loaded) {
    const file = new URL('./generated/descriptions.json', import.meta.url);
    loaded = fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, 'utf8')) as Record<string, Described>) : {};
  }
  return loaded;
}

/** Upstream's description of a definition (`core.v1.Pod`) or of one of its fields; '' when there is none. */
export function descriptionOf(definition: string, field?: string): string {
  const described = all()[definition];
  return (field === undefined ? described?.description : described?.fields[field]) ?? '';
}
