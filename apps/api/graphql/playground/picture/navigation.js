import { directions, neighbourOf } from './neighbour.js';

/** The boxes of a picture under the pointer and the keys: arrows go from box to box; one box at a time is reached by Tab. */
export class Navigation {
  /** `choose(id)`: a box was clicked, or chosen by Enter; `describe(id)`: it is under the pointer or has the focus; undefined: none. */
  constructor(viewport, { choose, describe }) {
    this.viewport = viewport;
    this.choose = choose;
    this.describe = describe;
    this.boxes = new Map();
    const { element } = viewport;
    element.addEventListener('click', ({ target }) => this.onClick(target));
    element.addEventListener('keydown', (event) => this.onKey(event));
    for (const kind of ['pointerover', 'focusin']) element.addEventListener(kind, ({ target }) => this.mark(target));
    element.addEventListener('pointerleave', () => this.mark(undefined));
  }

  idOf(target) {
    return target?.closest?.('[data-id]')?.dataset.id;
  }

  elementOf(id) {
    return id === undefined ? null : this.viewport.element.querySelector(`[data-id="${CSS.escape(id)}"]`);
  }

  /** The box that has the focus; undefined: none. */
  get focused() {
    return this.viewport.element.contains(document.activeElement) ? this.idOf(document.activeElement) : undefined;
  }

  /** Makes a box the one that Tab leads to, with the focus; without an id, or where it is gone, the first one. */
  reach(id) {
    for (const other of this.viewport.element.querySelectorAll('[data-id][tabindex="0"]')) other.setAttribute('tabindex', '-1');
    const element = this.elementOf(id) ?? this.elementOf(this.boxes.keys().next().value);
    element?.setAttribute('tabindex', '0');
    if (id !== undefined) element?.focus({ preventScroll: true });
  }

  go(id) {
    if (id === undefined) return;
    this.reach(id);
    this.viewport.reveal(this.boxes.get(id));
  }

  /** Describes the box that is marked, or that none is. */
  tell() {
    this.describe(this.marked);
  }

  /** Brings out what leads to the box and from it. */
  mark(target) {
    const id = this.idOf(target);
    const { element } = this.viewport;
    this.marked = id;
    this.tell();
    element.classList.toggle('picture-marking', id !== undefined);
    const near = new Set([id]);
    for (const edge of element.querySelectorAll('[data-from]')) {
      const isNear = id !== undefined && (edge.dataset.from === id || edge.dataset.to === id);
      edge.classList.toggle('picture-near', isNear);
      if (isNear) near.add(edge.dataset.from).add(edge.dataset.to);
    }
    for (const box of element.querySelectorAll('[data-id]'))
      box.classList.toggle('picture-near', id !== undefined && near.has(box.dataset.id));
  }

  onClick(target) {
    const id = this.idOf(target);
    if (id !== undefined) this.choose(id);
  }

  onKey(event) {
    const { key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const id = this.idOf(event.target);
    const { viewport } = this;
    const choose = () => id !== undefined && this.choose(id);
    const keys = {
      Enter: choose,
      ' ': choose,
      Home: () => this.go(this.boxes.keys().next().value),
      End: () => this.go([...this.boxes.keys()].at(-1)),
      '+': () => viewport.zoomIn(),
      '-': () => viewport.zoomOut(),
      0: () => viewport.fitWhole(),
    };
    if (Object.hasOwn(keys, key)) keys[key]();
    else if (!Object.hasOwn(directions, key)) return;
    else if (event.shiftKey) viewport.move(...directions[key].map((step) => -60 * step));
    else this.go(neighbourOf(this.boxes, id, key));
    event.preventDefault();
  }
}
