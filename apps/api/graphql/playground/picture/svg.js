const namespace = 'http://www.w3.org/2000/svg';

/** An SVG element. Texts of objects only ever become text nodes and attributes' values. */
export function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS(namespace, name);
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) element.setAttribute(key, String(value));
  element.append(...children);
  return element;
}

/** An HTML element; a function `onclick` is its listener. */
export function html(name, { onclick, ...attributes } = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) element.setAttribute(key, String(value));
  if (onclick) element.addEventListener('click', onclick);
  element.append(...children);
  return element;
}

/** A text of at most so many characters, cut at its end. */
export const cut = (text, most) => (text.length <= most ? text : `${text.slice(0, most - 1).trimEnd()}…`);

/** A name of at most so many characters; what is left out is in the middle, because generated names differ at their end. */
export function shortened(text, most) {
  if (text.length <= most) return text;
  const tail = Math.min(6, Math.floor(most / 3));
  return `${text.slice(0, most - tail - 1)}…${text.slice(text.length - tail)}`;
}
