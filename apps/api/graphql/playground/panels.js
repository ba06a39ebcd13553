// The bar of the panels, and the panel that is open.
import { Failure } from './failure.js';
import { graphiql, h } from './packages.js';

const { ReloadIcon, Tooltip, usePluginContext, useSchemaContext } = graphiql;

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

/** The panel that is open; GraphiQL's own have tooltips, which need a provider. */
export function Panel() {
  const { visiblePlugin } = usePluginContext();
  if (!visiblePlugin) return null;
  const { title } = visiblePlugin;
  return h(
    'aside',
    { className: 'panel', 'aria-label': title },
    h(Failure, { key: title, what: `The panel ${title}` }, h(Tooltip.Provider, {}, h(visiblePlugin.content))),
  );
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
