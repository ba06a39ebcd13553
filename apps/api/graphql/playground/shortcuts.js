// What the keys do.
import { graphiql, h, useRef } from './packages.js';

const { KeyboardShortcutIcon } = graphiql;

const keys = [
  ['Ctrl-Enter', 'Run the operation at the cursor'],
  ['Ctrl-Space', 'Complete: fields, arguments, values'],
  ['Shift-Ctrl-P', 'Prettify'],
  ['Shift-Ctrl-M', 'Merge fragments into the query'],
  ['Shift-Ctrl-C', 'Copy the query'],
  ['Ctrl-F', 'Find in the editor'],
  ['Ctrl-/', 'Comment lines, or uncomment them'],
  ['Ctrl-]  Ctrl-[', 'Indent lines more, or less'],
  ['Ctrl-K', 'Search the documentation, when it is open'],
  ['Tab', 'To the next control, from editors too'],
  ['← →  Home End', 'In a row of tabs: to another tab'],
  ['Delete', 'In the row of operations: close the tab'],
  ['← →', 'On the bar between query and answer: move it'],
];

/** The button that shows the keys. */
export function ShortcutsButton() {
  const dialog = useRef(null);
  return h(
    'div',
    {},
    h(
      'button',
      { type: 'button', className: 'plain', 'aria-label': 'Keys', title: 'Keys', onClick: () => dialog.current.showModal() },
      h(KeyboardShortcutIcon),
    ),
    h(
      'dialog',
      { ref: dialog, className: 'keys', 'aria-labelledby': 'keys' },
      h('h2', { id: 'keys' }, 'Keys'),
      h(
        'table',
        {},
        h(
          'thead',
          { className: 'visually-hidden' },
          h('tr', {}, h('th', { scope: 'col' }, 'Keys'), h('th', { scope: 'col' }, 'What they do')),
        ),
        h(
          'tbody',
          {},
          keys.map(([key, what]) => h('tr', { key: what }, h('td', {}, h('kbd', {}, key)), h('td', {}, what))),
        ),
      ),
      h('p', { className: 'hint' }, 'On a Mac, Cmd does what Ctrl does.'),
      h('button', { type: 'button', className: 'primary', onClick: () => dialog.current.close() }, 'Close'),
    ),
  );
}
