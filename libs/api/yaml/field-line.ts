import { EVENT_ID, type Event, getScalarValue } from 'js-yaml';
import { eventsOf, type Parsed } from './events.js';
import { YamlError } from './yaml-error.js';

/** The steps of a path as error texts write them: `spec.containers[0].image`, `metadata.labels[app]`. */
function stepsOf(path: string): string[] {
  return [...path.matchAll(/\[([^\]]*)\]|([^.[\]]+)/g)].map(([, bracketed, plain]) => bracketed ?? plain ?? '');
}

/** The index of the event after the node that begins at one. */
function after(events: readonly Event[], index: number): number {
  let open = 0;
  for (let at = index; at < events.length; at += 1) {
    const { type } = events[at] as Event;
    if (type === EVENT_ID.POP) open -= 1;
    else if (type === EVENT_ID.MAPPING || type === EVENT_ID.SEQUENCE) open += 1;
    if (open <= 0) return at + 1;
  }
  return events.length;
}

interface Found {
  /** The event of the value. */
  value: number;
  /** The offset of its key, or of the item of a list. */
  position: number;
}

function positionOf(event: Event | undefined): number | undefined {
  if (event?.type === EVENT_ID.SCALAR) return event.valueStart;
  return event?.type === EVENT_ID.MAPPING || event?.type === EVENT_ID.SEQUENCE ? event.start : undefined;
}

/** The member of a map or list that a step leads to. */
function member({ text, events }: Parsed, index: number, step: string): Found | undefined {
  const within = events[index]?.type;
  if (within !== EVENT_ID.MAPPING && within !== EVENT_ID.SEQUENCE) return undefined;
  let at = index + 1;
  for (let count = 0; at < events.length && events[at]?.type !== EVENT_ID.POP; count += 1) {
    const event = events[at] as Event;
    const value = within === EVENT_ID.MAPPING ? after(events, at) : at;
    const isIt =
      within === EVENT_ID.SEQUENCE ? String(count) === step : event.type === EVENT_ID.SCALAR && getScalarValue(text, event) === step;
    if (isIt) return { value, position: positionOf(event) ?? -1 };
    at = after(events, value);
  }
  return undefined;
}

function lineAt(text: string, position: number): number {
  let line = 1;
  for (let next = text.indexOf('\n'); next >= 0 && next < position; next = text.indexOf('\n', next + 1)) line += 1;
  return line;
}

/**
 * The line, from 1, of a field in the first document of a YAML or JSON text; of what it would be in if there is no such field; undefined
 * for a text that cannot be read. Takes the time of parsing the text for each call.
 */
export function fieldLines(source: string, paths: readonly string[]): Array<number | undefined> {
  let parsed: Parsed;
  try {
    parsed = eventsOf(source);
  } catch (error) {
    if (error instanceof YamlError) return paths.map(() => undefined);
    throw error;
  }
  const root = parsed.events.findIndex(({ type }) => type === EVENT_ID.MAPPING);
  return paths.map((path) => {
    let found: Found | undefined;
    let index = root;
    for (const step of stepsOf(path)) {
      const next = index < 0 ? undefined : member(parsed, index, step);
      if (!next) break;
      found = next;
      index = next.value;
    }
    return found && found.position >= 0 ? lineAt(parsed.text, found.position) : undefined;
  });
}
