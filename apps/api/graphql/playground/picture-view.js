// The picture of a result, which picture/index.js draws.
import { graphiql, h, useEffect, useRef, useState } from './packages.js';

/** Loaded when it is first needed; rejects if it cannot be. */
let loading;
const load = () => {
  loading ??= import(new URL('picture/index.js', import.meta.url));
  return loading;
};

/** Draws a run's result, or its events as they come. `onChoose` gets the place in the JSON, `data.pods.items[0]`, of what is chosen in it. */
export function PictureView({ run, runs, onChoose }) {
  const place = useRef(null);
  const [trouble, setTrouble] = useState();
  const { schema } = graphiql.useSchemaContext({ nonNull: true });
  const key = `${run.tab} ${run.startedAt} ${run.kind === 'subscription' ? '' : run.state}`;
  useEffect(() => {
    let picture;
    let untap;
    let gone = false;
    load().then(
      ({ createPicture }) => {
        if (gone) return;
        picture = createPicture(place.current, run.kind === 'subscription' ? {} : { onChoose });
        if (run.kind !== 'subscription') {
          picture.show({ ...run.request, data: run.result?.data, errors: run.result?.errors, schema });
          return;
        }
        picture.show({ ...run.request, schema });
        const { log } = runs.current(run);
        for (const { result } of [...log.first, ...log.latest]) picture.append(result);
        untap = runs.tap((changed, event) => event && changed.tab === run.tab && picture.append(event));
      },
      () => setTrouble('The picture cannot be loaded.'),
    );
    return () => {
      gone = true;
      untap?.();
      picture?.destroy();
    };
  }, [key, schema]);
  return h('div', { className: 'picture', ref: place }, trouble && h('p', { className: 'trouble', role: 'alert' }, trouble));
}
