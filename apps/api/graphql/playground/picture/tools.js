import { html } from './svg.js';

const button = (text, label, onclick) => html('button', { type: 'button', 'aria-label': label, title: label, onclick }, text);

/** A button that is pressed or not; `onChange` gets which. */
function toggle(text, label, isPressed, onChange) {
  const element = button(text, label, () => {
    const pressed = element.getAttribute('aria-pressed') !== 'true';
    element.setAttribute('aria-pressed', String(pressed));
    onChange(pressed);
  });
  element.setAttribute('aria-pressed', String(isPressed));
  return element;
}

/** The tools of a picture. */
export class Tools {
  /**
   * `onChain` gets the number of the chain that is chosen; `onMode` is called for the other mode; `onText` and `onYaml` get whether they are on.
   * `needsYaml`: what is chosen can be shown in no other way.
   */
  constructor(viewport, { needsYaml, onChain, onMode, onText, onYaml }) {
    this.chains = html('select', { 'aria-label': 'Which steps' });
    this.chains.addEventListener('change', () => onChain(this.chains.selectedIndex));
    this.mode = button('Objects', 'Shows objects instead of steps', onMode);
    this.yaml = toggle('YAML', 'Shows what is chosen as YAML', needsYaml, onYaml);
    this.yaml.hidden = needsYaml;
    this.element = html(
      'div',
      { class: 'picture-tools', role: 'toolbar', 'aria-label': 'Picture' },
      this.chains,
      this.mode,
      toggle('Text', 'The picture as a text', false, onText),
      this.yaml,
      button('−', 'Smaller', () => viewport.zoomOut()),
      button('+', 'Larger', () => viewport.zoomIn()),
      button('All', 'Shows all of it', () => viewport.fitWhole()),
    );
  }

  get isYaml() {
    return this.yaml.getAttribute('aria-pressed') === 'true';
  }

  /** `titles`: of the chains that there are; `hasBoth`: whether there are objects, too. */
  show({ titles, mode, hasBoth }) {
    const isSteps = mode === 'steps';
    this.chains.hidden = titles.length < 2 || !isSteps;
    if (this.chains.length !== titles.length) this.chains.replaceChildren(...titles.map((title) => html('option', {}, title)));
    this.mode.hidden = !hasBoth;
    this.mode.textContent = isSteps ? 'Objects' : 'Steps';
    const label = isSteps ? 'Shows objects instead of steps' : 'Shows steps instead of objects';
    this.mode.title = label;
    this.mode.setAttribute('aria-label', label);
  }
}
