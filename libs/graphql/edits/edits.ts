import type { KubeObject } from '#apimachinery';
import type { PatchType } from '#client';
import type { FieldValidation } from '../inputs/documents.js';
import { FIELD_MANAGER, type WrittenObject, written } from '../inputs/written.js';
import { resourceOf } from '../kinds.js';
import { withKind } from '../loaders.js';
import { requireKind } from '../named-kind.js';
import { type EditContext, edited, type Named, placeOf } from './edited.js';
import { editImages, editTaints, editTexts, type NamedTaint, type WantedTaint } from './patch.js';

/** A patch of one object. */
export interface PatchArguments extends Named {
  patch: unknown;
  type: PatchType;
  subresource?: string;
  /** Default: that of the graph's mutations. */
  fieldManager?: string;
  fieldValidation: FieldValidation;
}

/** Labels or annotations that are set and removed. */
export interface TextArguments extends Named {
  set: Record<string, string>;
  remove?: readonly string[];
  overwrite: boolean;
}

/** Images of containers. */
export interface ImageArguments extends Named {
  images: ReadonlyArray<{ container: string; image: string }>;
}

/** Taints of a node. */
export interface TaintArguments {
  node: string;
  add: readonly WantedTaint[];
  remove: readonly NamedTaint[];
  overwrite: boolean;
  dryRun?: boolean;
}

/** What names a node. */
export const ofNode = (node: string): Omit<Named, 'dryRun'> => ({ kind: 'nodes', name: node, namespace: '' });

async function patched(args: PatchArguments, { client, kinds }: EditContext): Promise<WrittenObject> {
  const { name, patch, type, dryRun = false, fieldManager = FIELD_MANAGER, fieldValidation, subresource } = args;
  const kind = requireKind(kinds, args.kind);
  const resource = resourceOf(kind);
  const namespace = placeOf(kind, args);
  return written(dryRun, async (report) =>
    withKind(
      await client.patch(resource, name, namespace, type, patch, { dryRun, fieldManager, fieldValidation, subresource, report }),
      resource,
    ),
  );
}

function texts(of: 'labels' | 'annotations', args: TextArguments, context: EditContext): Promise<WrittenObject> {
  const { set, remove = [], overwrite } = args;
  const wanted = { ...set, ...Object.fromEntries(remove.map((key) => [key, null])) };
  return edited(args, context, (object) => editTexts(object, of, { set: wanted, overwrite }));
}

/** Mutations that edit one object and may be given much for it, by their names. */
export const edits = {
  patch: patched,
  label: (args: TextArguments, context: EditContext) => texts('labels', args, context),
  annotate: (args: TextArguments, context: EditContext) => texts('annotations', args, context),
  setImage: (args: ImageArguments, context: EditContext) => edited(args, context, (object: KubeObject) => editImages(object, args.images)),
  taint: ({ node, ...args }: TaintArguments, context: EditContext) =>
    edited({ ...args, ...ofNode(node) }, context, (object: KubeObject) => editTaints(object, args)),
};
