import { chainsOf } from './chains-of-result.js';
import { Details } from './details.js';
import { drawGraph, legendOf } from './draw-graph.js';
import { drawTimeline } from './draw-timeline.js';
import { graphOfResult } from './graph-of-result.js';
import { groupsOf } from './groups.js';
import { lookOf } from './kinds.js';
import { layoutOf } from './layout.js';
import { Navigation } from './navigation.js';
import { namesHint, outlineOfGraph, outlineOfTimeline, summaryOf, wordsOf, wordsOfRow } from './outline.js';
import { html } from './svg.js';
import { timelineOf } from './timeline-of-chain.js';
import { Tools } from './tools.js';
import { Viewport } from './viewport.js';

/** More objects are not drawn. */
const mostObjects = 5000;

/** Of a subscription, the newest events are drawn. */
const mostEvents = 5000;

const hints = {
  larger: 'There is more than is in view: drag the picture, or press All.',
  nothing: 'Run a query: objects of the cluster and what leads from one to another are drawn here, and steps: eventChain, why, history.',
  none: 'There is nothing to draw in this result yet: it has no objects, and no steps.',
};

/** The styles are there before the first picture is made: it measures its place. */
await new Promise((resolve) => {
  const styles = html('link', { rel: 'stylesheet', href: new URL('./picture.css', import.meta.url).href });
  styles.addEventListener('load', resolve);
  styles.addEventListener('error', resolve);
  document.head.append(styles);
});

class Picture {
  constructor(container, onChoose) {
    this.onChoose = onChoose;
    this.expanded = new Map();
    this.events = new Map();
    this.viewport = new Viewport('Picture of the result', {
      onResize: () => this.mode === 'steps' && this.draw(),
      onMove: () => this.navigation.tell(),
    });
    this.summary = html('p', { class: 'picture-summary', role: 'status' });
    this.hint = html('p', { class: 'picture-hint' });
    this.where = html('p', { class: 'picture-where', 'aria-hidden': true });
    this.legend = html('ul', { class: 'picture-legend', 'aria-label': 'Kinds' });
    this.outline = html('div', {
      class: 'picture-outline',
      tabindex: 0,
      role: 'region',
      'aria-label': 'The picture as a text',
      hidden: '',
    });
    this.details = new Details();
    this.tools = new Tools(this.viewport, {
      needsYaml: !onChoose,
      onChain: (chain) => this.setChain(chain),
      onMode: () => this.setMode(this.mode === 'steps' ? 'objects' : 'steps'),
      onText: (isShown) => {
        this.outline.hidden = !isShown;
      },
      onYaml: (isShown) => (isShown ? this.showYaml() : this.details.hide()),
    });
    this.body = html('div', { class: 'picture-body' }, this.viewport.element, this.hint, this.outline, this.details.element);
    this.root = html(
      'section',
      { class: 'result-picture', 'aria-label': 'Picture' },
      html('header', {}, this.summary, this.tools.element),
      this.body,
      this.legend,
      this.where,
    );
    this.navigation = new Navigation(this.viewport, {
      choose: (id) => this.choose(id),
      describe: (id) => {
        const found = this.shown?.get(id);
        const words = found && (this.mode === 'steps' ? wordsOfRow(this.steps, found) : wordsOf(found));
        this.where.textContent = found ? `${found.path}  ·  ${words}` : this.viewport.isWhole() ? '' : hints.larger;
      },
    });
    container.append(this.root);
    this.show(undefined);
  }

  /** Draws a result anew. */
  show(result) {
    this.result = result;
    this.expanded.clear();
    this.events.clear();
    this.details.hide();
    this.chain = 0;
    this.read();
    this.mode = this.steps ? 'steps' : 'objects';
    this.draw();
    if (this.mode === 'steps') this.viewport.toStart();
    else this.fit();
  }

  /** Adds one event of a subscription to what is shown: `{ data }` as the server sent it. */
  append(event) {
    this.result = { ...this.result, data: this.result?.data ?? {} };
    for (const [field, value] of Object.entries(event?.data ?? {})) {
      const events = this.eventsOf(field);
      events.push(value);
      if (events.length > mostEvents) events.shift();
    }
    // Many events between two frames are drawn once.
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      const wasEmpty = this.isEmpty;
      const followed = this.viewport.isAtEnd();
      this.read();
      if (wasEmpty) this.mode = this.steps ? 'steps' : 'objects';
      this.draw();
      if (this.mode === 'steps') {
        if (wasEmpty) this.viewport.toStart();
        else if (followed) this.viewport.toEnd();
      } else if (wasEmpty || followed) this.fit();
    });
  }

  /** The events of a field so far: a list of our own. */
  eventsOf(field) {
    const known = this.events.get(field) ?? [this.result.data[field] ?? []].flat();
    this.events.set(field, known);
    this.result.data = { ...this.result.data, [field]: known };
    return known;
  }

  read() {
    this.chains = this.result && chainsOf(this.result);
    this.steps = this.chains && timelineOf(this.chains[this.chain].steps);
    this.graph = this.result ? graphOfResult(this.result) : { nodes: [], edges: [] };
  }

  get isEmpty() {
    return this.mode === 'steps' ? !this.steps || this.steps.rows.length === 0 : this.graph.nodes.length === 0;
  }

  draw() {
    const { steps, graph } = this;
    const tooMany = this.mode === 'objects' && graph.nodes.length > mostObjects;
    const titles = (this.chains ?? []).map(({ title }) => title);
    this.tools.show({ titles, mode: this.mode, hasBoth: Boolean(steps) && graph.nodes.length > 0 });
    this.body.classList.toggle('picture-empty', this.isEmpty || tooMany);
    const { focused } = this.navigation;
    if (this.isEmpty || tooMany) this.drawNothing(tooMany);
    else if (this.mode === 'steps') this.drawSteps(steps);
    else this.drawObjects(graph);
    const refused = this.result?.errors?.length ?? 0;
    if (refused > 0)
      this.summary.append(`. ${refused === 1 ? 'One part was' : `${refused} parts were`} not answered: see errors in the JSON`);
    this.navigation.reach(focused);
    this.navigation.mark(undefined);
  }

  drawNothing(tooMany) {
    this.viewport.show([], { width: 0, height: 0 });
    this.navigation.boxes = new Map();
    this.legend.replaceChildren();
    this.summary.textContent = '';
    this.setOutline([]);
    this.hint.textContent = tooMany
      ? `The result has ${this.graph.nodes.length} objects; a picture has at most ${mostObjects}. A limit, a namespace or a selector in the query makes it readable.`
      : this.result?.data
        ? hints.none
        : hints.nothing;
  }

  drawObjects(graph) {
    const grouped = groupsOf(graph, this.expanded);
    const layout = layoutOf(
      grouped.boxes.map(({ id }) => id),
      grouped.edges,
    );
    this.shown = new Map(grouped.boxes.map((box) => [box.id, box]));
    this.navigation.boxes = layout.boxes;
    this.viewport.show(drawGraph(grouped, layout), layout);
    this.say(`${summaryOf(graph.nodes)}${namesHint(graph.nodes)}`);
    this.setOutline(outlineOfGraph(grouped));
    this.legend.replaceChildren(
      ...legendOf(grouped.boxes).map(({ family, kinds }) =>
        html(
          'li',
          { class: `picture-key picture-${family}` },
          html('b', {}, kinds.map((kind) => lookOf(kind).short).join(' ')),
          ` ${kinds.join(', ')}`,
        ),
      ),
    );
  }

  drawSteps(timeline) {
    const drawn = drawTimeline(timeline, this.viewport.size.width);
    this.shown = new Map(timeline.rows.map((row, i) => [String(i), row]));
    this.navigation.boxes = drawn.boxes;
    this.viewport.show(drawn.elements, drawn);
    const count = timeline.rows.filter(({ type }) => type !== 'SETTLED').length + timeline.leftOut;
    const components = `${timeline.lanes.length} ${timeline.lanes.length === 1 ? 'component' : 'components'}`;
    const isGuessed = !timeline.isCertain && timeline.rows.some(({ cause }) => cause !== undefined);
    const { title } = this.chains[this.chain];
    this.say(
      `${title === '' || this.chains.length > 1 ? '' : `${title}: `}${count} ${count === 1 ? 'step' : 'steps'} by ${components}${isGuessed ? '. Dashed: as depth and times have it; select revision and wokenBy to be sure' : ''}`,
    );
    this.setOutline(outlineOfTimeline(timeline));
    this.legend.replaceChildren();
  }

  say(text) {
    if (this.summary.textContent !== text) this.summary.textContent = text;
  }

  setOutline(lines) {
    this.outline.replaceChildren(html('pre', {}, lines.map(({ depth, text }) => `${'  '.repeat(depth)}${text}`).join('\n')));
  }

  fit() {
    this.viewport.fit(this.navigation.boxes.values().next().value);
  }

  setMode(mode) {
    this.mode = mode;
    this.details.hide();
    this.draw();
    if (mode === 'steps') this.viewport.toStart();
    else this.fit();
  }

  setChain(chain) {
    this.chain = chain;
    this.details.hide();
    this.read();
    this.draw();
    this.viewport.toStart();
  }

  choose(id) {
    const found = this.shown.get(id);
    if (found.count !== undefined) {
      this.expanded.set(id, (this.expanded.get(id) ?? 0) + 1);
      this.draw();
      this.navigation.reach(id);
      return;
    }
    this.chosen = id;
    this.onChoose?.(found.path);
    if (this.tools.isYaml) this.showYaml();
    else this.navigation.reach(id);
  }

  /** What was chosen last, unless it is no longer there. */
  showYaml() {
    const found = this.shown?.get(this.chosen);
    if (!found) return;
    const [title, part] = this.mode === 'steps' ? [wordsOfRow(this.steps, found), found.step] : [wordsOf(found), found.object];
    this.details.show({ title, path: found.path, part }, () => this.navigation.reach(this.chosen));
  }

  destroy() {
    if (this.frame !== undefined) cancelAnimationFrame(this.frame);
    this.viewport.destroy();
    this.root.remove();
  }
}

/**
 * A picture of results in a container of some height: of objects and relations, or of steps: of an eventChain, of an object's why or history.
 * `onChoose` gets the path in the JSON, `data.pods.items[0]`, of what is chosen in it; without it, what is chosen is always shown as YAML.
 *
 * - `show({ data, query, variables, errors, operationName, schema })` draws a result instead of what is there; undefined: nothing. Of
 *   these, `schema` (a GraphQLSchema) tells kinds that the result does not.
 * - `append({ data })` adds an event of the subscription whose query was shown last.
 * - `destroy()` takes the picture out of the page.
 */
export function createPicture(container, { onChoose } = {}) {
  const picture = new Picture(container, onChoose);
  return {
    show: (result) => picture.show(result),
    append: (event) => picture.append(event),
    destroy: () => picture.destroy(),
  };
}
