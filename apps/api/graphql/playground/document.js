/** Tokens of a GraphQL document; strings as a whole, comments and commas left out. */
const token =
  /"""(?:[^"\\]|\\"""|\\|"(?!""))*"""|"(?:[^"\\\n]|\\.)*"|#[^\n]*|\.\.\.|[_A-Za-z][_0-9A-Za-z]*|-?[0-9][0-9.eE+-]*|[!$&()/:=@[\]{|}]/g;

const closing = { '(': ')', '[': ']', '{': '}' };

class Reader {
  constructor(text) {
    this.tokens = (text.match(token) ?? []).filter((found) => !found.startsWith('#'));
    this.at = 0;
  }

  get next() {
    return this.tokens[this.at];
  }

  take() {
    this.at += 1;
    return this.tokens[this.at - 1];
  }

  takeIf(expected) {
    if (this.next !== expected) return false;
    this.at += 1;
    return true;
  }

  /** A value in brackets, or a single token. */
  skipValue() {
    const end = closing[this.take()];
    if (end === undefined) return;
    while (this.next !== undefined && this.next !== end) this.skipValue();
    this.take();
  }

  skipDirectives() {
    while (this.takeIf('@')) {
      this.take();
      if (this.next === '(') this.skipValue();
    }
  }

  /** The arguments that are texts or variables: `{ name: 'web' }`, `{ name: { variable: 'name' } }`. */
  arguments() {
    const found = {};
    if (!this.takeIf('(')) return found;
    while (this.next !== undefined && !this.takeIf(')')) {
      const name = this.take();
      this.takeIf(':');
      if (this.takeIf('$')) found[name] = { variable: this.take() };
      else {
        if (this.next?.startsWith('"')) found[name] = this.next.replace(/^"+|"+$/g, '');
        this.skipValue();
      }
    }
    return found;
  }

  selection() {
    if (!this.takeIf('...')) {
      const key = this.take();
      const name = this.takeIf(':') ? this.take() : key;
      const args = this.arguments();
      this.skipDirectives();
      return { key, name, args, selections: this.selections() };
    }
    if (this.next !== 'on' && this.next !== '@' && this.next !== '{') {
      const spread = this.take();
      this.skipDirectives();
      return { spread };
    }
    const on = this.takeIf('on') ? this.take() : undefined;
    this.skipDirectives();
    return { on, selections: this.selections() };
  }

  selections() {
    const found = [];
    if (!this.takeIf('{')) return found;
    while (this.next !== undefined && !this.takeIf('}')) found.push(this.selection());
    return found;
  }
}

/**
 * What a document selects: `{ operation, selections, fragments }` of the operation with the name, or of the first one; undefined without
 * one. It reads what the server has accepted, and checks nothing.
 */
export function operationOf(text, operationName) {
  const reader = new Reader(text);
  const fragments = new Map();
  const operations = [];
  while (reader.next !== undefined) {
    if (reader.next === '{') operations.push({ operation: 'query', selections: reader.selections() });
    else if (reader.takeIf('fragment')) {
      const name = reader.take();
      reader.takeIf('on');
      const on = reader.take();
      reader.skipDirectives();
      fragments.set(name, { on, selections: reader.selections() });
    } else {
      const operation = reader.take();
      const name = reader.next === '{' || reader.next === '(' || reader.next === '@' ? undefined : reader.take();
      if (reader.next === '(') reader.skipValue();
      reader.skipDirectives();
      operations.push({ operation, name, selections: reader.selections() });
    }
  }
  const chosen = operations.find(({ name }) => operationName && name === operationName) ?? operations[0];
  return chosen && { operation: chosen.operation, selections: chosen.selections, fragments };
}

/**
 * The fields of a selection by their keys in the response: `{ name, args, on, selections }`, with those of fragments; `on` is the type
 * that the fragment is for, undefined where the field is selected for every type.
 */
export function fieldsOf(selections, fragments, on, into = new Map(), open = new Set()) {
  for (const { key, name, args, spread, on: condition, selections: inner } of selections) {
    if (key !== undefined) {
      const known = into.get(key);
      if (known) into.set(key, { ...known, on: known.on === on ? on : undefined, selections: [...known.selections, ...inner] });
      else into.set(key, { name, args, on, selections: inner });
    } else if (spread === undefined) fieldsOf(inner, fragments, condition ?? on, into, open);
    else if (fragments.has(spread) && !open.has(spread)) {
      const fragment = fragments.get(spread);
      fieldsOf(fragment.selections, fragments, fragment.on ?? on, into, new Set([...open, spread]));
    }
  }
  return into;
}
