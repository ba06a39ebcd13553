// The icons that GraphiQL has none for: strokes of 1.75 on a field of 24.
import { h } from './packages.js';

const icon =
  (...paths) =>
  () =>
    h(
      'svg',
      {
        viewBox: '0 0 24 24',
        fill: 'none',
        stroke: 'currentColor',
        strokeWidth: 1.75,
        strokeLinecap: 'round',
        strokeLinejoin: 'round',
        'aria-hidden': true,
      },
      ...paths.map((d, key) => h('path', { key, d })),
    );

const circle = (x, y, r) => `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`;

/** A sun, an orbit and two planets. */
export const OrreryIcon = icon(circle(12, 12, 2.2), circle(12, 12, 8.5), circle(18, 6, 1.4), circle(5.2, 17.1, 1));
export const TourIcon = icon(circle(12, 12, 9), 'M15.6 8.4l-2 5.2-5.2 2 2-5.2z');
export const LinkIcon = icon('M9.5 14.5l5-5', 'M11 6.5l1.6-1.6a4 4 0 0 1 5.6 5.6L16.5 12', 'M13 17.5l-1.6 1.6a4 4 0 0 1-5.6-5.6L7.5 12');
export const PauseIcon = icon('M9 6v12', 'M15 6v12');
export const PlayIcon = icon('M8 5.5v13l10.5-6.5z');
export const CrossIcon = icon('M7 7l10 10M17 7L7 17');
export const StopIcon = icon('M7 7h10v10H7z');
export const SunIcon = icon(
  circle(12, 12, 4),
  'M12 3v1.5M12 19.5V21M3 12h1.5M19.5 12H21M5.6 5.6l1.1 1.1M17.3 17.3l1.1 1.1M5.6 18.4l1.1-1.1M17.3 6.7l1.1-1.1',
);
export const MoonIcon = icon('M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z');
export const SystemIcon = icon('M4 5h16v11H4z', 'M9 20h6M12 16v4');
export const ClockIcon = icon(circle(12, 12, 8.5), 'M12 7.5V12l3 2');
export const SignOutIcon = icon('M14 8V5H5v14h9v-3', 'M10 12h10M17 9l3 3-3 3');
