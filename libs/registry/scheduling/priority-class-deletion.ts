import { forbidden } from '#apimachinery';
import { deleteObject, type StorageProvider } from '#apiserver';
import { SYSTEM_CLASSES } from './priority-class.js';

const PRIORITY_CLASSES = { group: 'scheduling.k8s.io', resource: 'priorityclasses' };

/** The system's classes cannot be deleted (pkg/registry/scheduling/priorityclass/storage REST.Delete). */
export const priorityClassDeletion: StorageProvider = {
  ...PRIORITY_CLASSES,
  subresource: '',
  capabilities: () => ({
    delete(scope, options) {
      if (!Object.hasOwn(SYSTEM_CLASSES, scope.name)) return deleteObject(scope, options);
      throw forbidden(PRIORITY_CLASSES, scope.name, 'this is a system priority class and cannot be deleted');
    },
  }),
};
