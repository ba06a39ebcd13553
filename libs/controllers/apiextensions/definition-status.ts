import { CustomResourceDefinition } from '#api';
import { keyOf } from '#apimachinery';
import { type Controller, defineController, watching } from '#controller-runtime';
import { nextStatus } from './status.js';

/**
 * Accepts the names of CustomResourceDefinitions and sets their conditions (apiextensions-apiserver/pkg/controller: naming, establishing,
 * nonstructuralschema, apiapproval). Names that become free are given to others that have asked for them.
 */
export const definitionStatus: Controller = defineController({
  name: 'crd-status',
  for: CustomResourceDefinition,
  filter: ({ deleted }) => !deleted,
  watches: [
    watching(CustomResourceDefinition, ({ object }, informers) =>
      informers
        .of(CustomResourceDefinition)
        .list()
        .filter(({ spec, status }) => spec.group === object.spec.group && status?.conditions?.some(isNotAccepted))
        .map(keyOf),
    ),
  ],
  // Which of two definitions gets a name must not depend on what runs at the same time.
  concurrency: 1,
  async reconcile(definition, { client, informers, clock }) {
    const { group } = definition.spec;
    const alike = informers
      .of(CustomResourceDefinition)
      .list()
      .filter(({ spec }) => spec.group === group);
    const status = nextStatus(definition, alike, clock.now());
    if (status === definition.status) return;
    await client.updateStatus(CustomResourceDefinition, { ...definition, status });
  },
});

const isNotAccepted = ({ type, status }: { type: string; status: string }): boolean => type === 'NamesAccepted' && status !== 'True';
