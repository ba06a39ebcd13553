// A bar between two parts, moved with the mouse, touch or the arrow keys.
import { h } from './packages.js';

/**
 * `value`: the width of the part before it, in percent of the element around both; `onChange` gets it while it is moved.
 */
export function Divider({ label, value, least = 20, most = 80, onChange }) {
  const change = (next) => onChange(Math.min(most, Math.max(least, next)));
  const onPointerDown = (event) => {
    const bar = event.currentTarget;
    const { left, width } = bar.parentElement.getBoundingClientRect();
    bar.setPointerCapture(event.pointerId);
    const move = ({ clientX }) => change(((clientX - left) / width) * 100);
    bar.addEventListener('pointermove', move);
    bar.addEventListener('lostpointercapture', () => bar.removeEventListener('pointermove', move), { once: true });
  };
  const onKeyDown = ({ key }) => {
    if (key === 'ArrowLeft') change(value - 2);
    if (key === 'ArrowRight') change(value + 2);
  };
  return h('div', {
    className: 'divider',
    role: 'separator',
    tabIndex: 0,
    'aria-label': label,
    'aria-orientation': 'vertical',
    'aria-valuenow': Math.round(value),
    'aria-valuemin': least,
    'aria-valuemax': most,
    onPointerDown,
    onKeyDown,
  });
}
