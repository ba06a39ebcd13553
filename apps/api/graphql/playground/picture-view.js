// The picture of a result, which picture/index.js draws.
import { graphiql, h, useEffect, useRef, useState } from './packages.js';

/** Loaded when it is first needed; rejects if it cannot be. */
let loading;
const load = () => {
  loading ??= import(new URL('picture/index.js', import.meta.url));
  return loading;
};

const isObject = (value) => typeof value === 'object' && value !== null;

/** How many Kubernetes objects are met on the way down to the deepest one, at most two. */
function depthOfObjects(value, above = 0) {
  if (above >= 2 || !isObject(value)) return above;
  const here = !Array.isArray(value) && isObject(value.metadata) && typeof value.metadata.name === 'string' ? above + 1 : above;
  let deepest = here;
  for (const [key, item] of Object.entries(value)) {
    if (key !== 'metadata') deepest = Math.max(deepest, depthOfObjects(item, here));
    if (deepest >= 2) break;
  }
  return deepest;
}

const isChainStep = (value) => isObject(value) && 'summary' in value && ('depth' in value || 'component' in value || 'revision' in value);

/** Whether there is a picture of a result: of objects with relations, or of what followed from a write. */
export function hasPicture(data) {
  if (!isObject(data)) return false;
  const steps = Object.values(data).flat().filter(isChainStep);
  return steps.length > 0 || depthOfObjects(data) >= 2;
}

/** Draws a run's result, or its events as they come. */
export function PictureView({ run, runs }) {
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
        picture = createPicture(place.current);
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
