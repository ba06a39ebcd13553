// The bar of the panels, and the panel that is open.
import { graphiql, h } from './packages.js';

const { ReloadIcon, usePluginContext, useSchemaContext } = graphiql;

/** A button for each panel; `children` stand below. */
export function Sidebar({ children }) {
  const { plugins, visiblePlugin, setVisiblePlugin } = usePluginContext();
  return h(
    'nav',
    { className: 'sidebar', 'aria-label': 'Panels' },
    plugins.map((plugin) => {
      const shown = plugin === visiblePlugin;
      return h(
        'button',
        {
          key: plugin.title,
          type: 'button',
          className: 'plain',
          'aria-pressed': shown,
          'aria-label': plugin.title,
          title: plugin.title,
          onClick: () => setVisiblePlugin(shown ? null : plugin),
        },
        h(plugin.icon),
      );
    }),
    h('span', { className: 'space' }),
    children,
  );
}

/** The panel that is open. */
export function Panel() {
  const { visiblePlugin } = usePluginContext();
  if (!visiblePlugin) return null;
  return h('aside', { className: 'panel', 'aria-label': visiblePlugin.title }, h(visiblePlugin.content));
}

/** Loads the schema again: a definition may have brought new kinds. */
export function SchemaButton() {
  const { introspect, isFetching } = useSchemaContext({ nonNull: true });
  const label = isFetching ? 'The schema is loaded' : 'Load the schema again, for new kinds';
  return h(
    'button',
    { type: 'button', className: 'plain', 'aria-label': label, title: label, disabled: isFetching, onClick: introspect },
    h(ReloadIcon),
  );
}
