import { svg } from './svg.js';

const scales = { least: 0.08, most: 3, readable: 0.55, comfortable: 0.8, step: 1.25 };
const border = 24;
/** Pixels that a pointer may move before it drags. */
const slack = 5;

const bounded = (value, least, most) => Math.min(most, Math.max(least, value));

/** The part of a picture that is seen: it moves by dragging, wheel and keys, and grows by pinching, ctrl and wheel, and keys. */
export class Viewport {
  /** `onResize` is called when there is more or less room, `onMove` when another part is in view. */
  constructor(label, { onResize, onMove }) {
    this.onMove = onMove;
    this.stage = svg('g');
    this.element = svg('svg', { class: 'picture-view', role: 'group', 'aria-label': label, tabindex: -1 }, this.stage);
    this.at = { x: 0, y: 0, k: 1 };
    this.extent = { width: 0, height: 0 };
    this.pointers = new Map();
    this.element.addEventListener('wheel', (event) => this.onWheel(event), { passive: false });
    this.element.addEventListener('pointerdown', (event) => this.onDown(event));
    this.element.addEventListener('pointermove', (event) => this.onMove(event));
    for (const end of ['pointerup', 'pointercancel', 'lostpointercapture'])
      this.element.addEventListener(end, ({ pointerId }) => this.pointers.delete(pointerId));
    // Until it is moved, the picture follows the size of its place.
    this.resized = new ResizeObserver(() => {
      onResize();
      this.settle?.();
    });
    this.resized.observe(this.element);
    // A drag does not click what it ends on.
    this.element.addEventListener(
      'click',
      (event) => {
        if (this.dragged) event.stopPropagation();
        this.dragged = false;
      },
      true,
    );
  }

  get size() {
    const { width, height } = this.element.getBoundingClientRect();
    return { width: width || 1, height: height || 1 };
  }

  apply() {
    this.stage.setAttribute('transform', `translate(${this.at.x} ${this.at.y}) scale(${this.at.k})`);
    this.onMove();
  }

  show(elements, extent) {
    this.stage.replaceChildren(...elements);
    this.extent = extent;
  }

  /** The scale at which all of it is in view. */
  wholeScale() {
    const { width, height } = this.size;
    return Math.min((width - 2 * border) / (this.extent.width || 1), (height - 2 * border) / (this.extent.height || 1));
  }

  /** All of it, if it is readable so; otherwise its beginning, and the box that it begins with. */
  fit(first) {
    this.settle = () => this.fit(first);
    const { width, height } = this.size;
    const whole = this.wholeScale();
    const k = whole < scales.readable ? scales.comfortable : Math.min(whole, 1);
    const start = (room, length) => (length * k <= room - 2 * border ? (room - length * k) / 2 : border);
    this.at = { k, x: start(width, this.extent.width), y: start(height, this.extent.height) };
    if (first && this.extent.height * k > height) this.at.y = Math.min(border, height / 2 - (first.y + first.height / 2) * k);
    this.place(0, 0);
  }

  /** All of it, however small. */
  fitWhole() {
    this.settle = () => this.fitWhole();
    const { width, height } = this.size;
    const k = bounded(this.wholeScale(), scales.least, 1);
    this.at = { k, x: (width - this.extent.width * k) / 2, y: (height - this.extent.height * k) / 2 };
    this.apply();
  }

  /** The beginning, at a size at which texts are read. */
  toStart() {
    this.settle = undefined;
    this.at = { k: 1, x: 8, y: 8 };
    this.apply();
  }

  /** Whether nothing of it is out of view. */
  isWhole() {
    const { width, height } = this.size;
    const { x, y, k } = this.at;
    const isWithin = (start, length, room) => start >= -1 && start + length * k <= room + 1;
    return isWithin(x, this.extent.width, width) && isWithin(y, this.extent.height, height);
  }

  isAtEnd() {
    return this.at.y + this.extent.height * this.at.k <= this.size.height + 60;
  }

  toEnd() {
    this.at.y = Math.min(8, this.size.height - border - this.extent.height * this.at.k);
    this.apply();
  }

  move(x, y) {
    this.settle = undefined;
    this.place(x, y);
  }

  place(x, y) {
    const { width, height } = this.size;
    const [w, h] = [this.extent.width * this.at.k, this.extent.height * this.at.k];
    // Something of it stays in view.
    this.at.x = bounded(this.at.x + x, Math.min(60, width - 60) - w, width - 60);
    this.at.y = bounded(this.at.y + y, Math.min(60, height - 60) - h, height - 60);
    this.apply();
  }

  /** Around a point of the element; by default its middle. */
  zoom(factor, { x, y } = { x: this.size.width / 2, y: this.size.height / 2 }) {
    this.settle = undefined;
    const k = bounded(this.at.k * factor, scales.least, scales.most);
    const by = k / this.at.k;
    this.at = { k, x: x - (x - this.at.x) * by, y: y - (y - this.at.y) * by };
    this.apply();
  }

  zoomIn() {
    this.zoom(scales.step);
  }

  zoomOut() {
    this.zoom(1 / scales.step);
  }

  /** Brings a box into view. */
  reveal({ x, y, width, height }) {
    const room = this.size;
    const { k } = this.at;
    const shift = (start, length, size) =>
      start < border ? border - start : start + length > size - border ? Math.max(border - start, size - border - start - length) : 0;
    const [dx, dy] = [shift(this.at.x + x * k, width * k, room.width), shift(this.at.y + y * k, height * k, room.height)];
    if (dx !== 0 || dy !== 0) this.move(dx, dy);
  }

  pointOf({ clientX, clientY }) {
    const { left, top } = this.element.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  }

  onWheel(event) {
    event.preventDefault();
    const unit = event.deltaMode === 1 ? 16 : 1;
    if (event.ctrlKey || event.metaKey) this.zoom(Math.exp((-event.deltaY * unit) / 240), this.pointOf(event));
    else if (event.shiftKey) this.move(-event.deltaY * unit, 0);
    else this.move(-event.deltaX * unit, -event.deltaY * unit);
  }

  onDown(event) {
    if (event.button !== 0) return;
    this.dragged = false;
    this.pointers.set(event.pointerId, { ...this.pointOf(event), travelled: 0 });
  }

  onMove(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const now = this.pointOf(event);
    const [dx, dy] = [now.x - before.x, now.y - before.y];
    const travelled = before.travelled + Math.hypot(dx, dy);
    this.pointers.set(event.pointerId, { ...now, travelled });
    if (!this.dragged && travelled > slack) {
      this.dragged = true;
      this.element.setPointerCapture(event.pointerId);
    }
    const other = [...this.pointers].find(([id]) => id !== event.pointerId)?.[1];
    if (!other) {
      if (this.dragged) this.move(dx, dy);
      return;
    }
    const distance = (point) => Math.max(1, Math.hypot(point.x - other.x, point.y - other.y));
    this.zoom(distance(now) / distance(before), other);
  }

  destroy() {
    this.resized.disconnect();
  }
}
