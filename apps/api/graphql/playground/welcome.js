// The first screen: what this is, and where to begin.
import { OrreryIcon } from './icons.js';
import { h, useEffect, useRef, useSyncExternalStore } from './packages.js';
import { TourList } from './tour-panel.js';
import { useWork } from './work-context.js';

/** `onEditor` leads to the editor. */
export function Welcome({ name, onEditor }) {
  const { guide } = useWork();
  const { trouble } = useSyncExternalStore(guide.subscribe, guide.snapshot);
  const heading = useRef(null);
  useEffect(() => heading.current.focus(), []);
  return h(
    'main',
    { className: 'welcome' },
    h(
      'div',
      { className: 'welcome-page' },
      h(OrreryIcon),
      h('h1', { ref: heading, tabIndex: -1 }, 'A Kubernetes cluster, as one graph'),
      h('p', {}, 'Every object leads to those that it belongs to: ask for all of them in one query.'),
      h('p', {}, 'Every change can be watched, and followed from the request to all that it caused.'),
      h('p', {}, `The cluster ${name} is a model: try anything, and turn its clock as you like.`),
      h('button', { type: 'button', className: 'primary', onClick: onEditor }, 'Open the editor'),
      h('h2', {}, 'Or take a tour'),
      trouble && h('p', { className: 'trouble', role: 'alert' }, trouble),
      h(TourList),
    ),
  );
}
