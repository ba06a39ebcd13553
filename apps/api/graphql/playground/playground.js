// The playground: one cluster at a time, over its graph.
import { App } from './app.js';
import { createRoot, h } from './packages.js';
import { chosenTheme, setTheme } from './theme.js';

setTheme(chosenTheme());
createRoot(document.getElementById('playground')).render(h(App));
