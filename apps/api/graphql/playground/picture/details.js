import { html } from './svg.js';
import { yamlOfPart } from './yaml-of-part.js';

/** What the query selects of one object or step, beside the picture. */
export class Details {
  constructor() {
    this.element = html('aside', { class: 'picture-details', 'aria-label': 'Details', hidden: '' });
    this.element.addEventListener('keydown', ({ key }) => {
      if (key === 'Escape') this.close();
    });
  }

  /** `part` is shown as YAML; `onClose` is called when the user closes it. */
  show({ title, path, part }, onClose) {
    this.onClose = onClose;
    const close = html('button', { type: 'button', class: 'picture-close', 'aria-label': 'Close', onclick: () => this.close() }, '×');
    this.element.replaceChildren(
      html('h2', {}, title),
      close,
      html('p', {}, html('code', {}, path)),
      html('pre', { tabindex: 0 }, yamlOfPart(part)),
    );
    this.element.hidden = false;
    close.focus({ preventScroll: true });
  }

  close() {
    this.hide();
    this.onClose?.();
  }

  hide() {
    this.element.hidden = true;
  }
}
