import type { StorageProvider } from '#apiserver';
import { definitionDeletion } from './apiextensions/definition-deletion.js';
import { bindings } from './core/binding.js';
import { componentStatuses } from './core/component-statuses.js';
import { namespaceDeletion } from './core/namespace-deletion.js';
import { podBinding } from './core/pod/binding.js';
import { podEviction } from './core/pod/eviction.js';
import { serviceAccountToken } from './core/service-account-token.js';
import { priorityClassDeletion } from './scheduling/priority-class-deletion.js';

/** Storages that extend or replace the generic registry's, one line each: subresources, and resources with special behaviour. */
export const providers: readonly StorageProvider[] = [
  bindings,
  componentStatuses,
  definitionDeletion,
  namespaceDeletion,
  podBinding,
  podEviction,
  priorityClassDeletion,
  serviceAccountToken,
];
