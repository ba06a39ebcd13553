import type { corev1 } from '#api';
import {
  append,
  type FieldError,
  type FieldPath,
  fieldForbidden,
  invalidValue,
  isHTTPHeaderName,
  notSupported,
  required,
} from '#apimachinery';
import { invalidName, nonNegative } from '../../checks.js';
import { validatePortNumOrName } from '../../service/validate-ports.js';
import type { AnyContainer } from '../containers.js';
import type { PodContext } from './context.js';

type Handler = corev1.LifecycleHandler & { grpc?: corev1.GRPCAction };

function validateHTTPGet(action: corev1.HTTPGetAction, path: FieldPath): FieldError[] {
  const errors = action.path ? [] : [required(path.child('path'))];
  append(errors, validatePortNumOrName(action.port, path.child('port')));
  const scheme = action.scheme ?? '';
  if (scheme !== 'HTTP' && scheme !== 'HTTPS') errors.push(notSupported(path.child('scheme'), scheme, ['HTTP', 'HTTPS']));
  for (const { name } of action.httpHeaders ?? []) append(errors, invalidName(path.child('httpHeaders'), name, isHTTPHeaderName(name)));
  return errors;
}

function validateSleep(action: corev1.SleepAction, path: FieldPath, gracePeriod: number | undefined): FieldError[] {
  const { seconds } = action;
  if (gracePeriod === undefined || (seconds >= 0 && seconds <= gracePeriod)) return [];
  return [invalidValue(path, seconds, `must be non-negative and less than terminationGracePeriodSeconds (${gracePeriod})`)];
}

const ACTIONS: ReadonlyArray<
  [keyof Handler & string, (handler: Handler, path: FieldPath, gracePeriod: number | undefined) => FieldError[]]
> = [
  ['exec', ({ exec }, path) => (exec?.command?.length ? [] : [required(path.child('command'))])],
  ['httpGet', ({ httpGet }, path) => (httpGet ? validateHTTPGet(httpGet, path) : [])],
  ['tcpSocket', ({ tcpSocket }, path) => (tcpSocket ? validatePortNumOrName(tcpSocket.port, path.child('port')) : [])],
  ['grpc', ({ grpc }, path) => (grpc ? validatePortNumOrName(grpc.port, path.child('port')) : [])],
  ['sleep', ({ sleep }, path, gracePeriod) => (sleep ? validateSleep(sleep, path, gracePeriod) : [])],
];

/** Exactly one handler (validateHandler). */
function validateHandler(handler: Handler, path: FieldPath, gracePeriod: number | undefined): FieldError[] {
  const errors: FieldError[] = [];
  let given = 0;
  for (const [name, validate] of ACTIONS) {
    if (handler[name] === undefined) continue;
    given += 1;
    if (given > 1) errors.push(fieldForbidden(path.child(name), 'may not specify more than 1 handler type'));
    else append(errors, validate(handler, path.child(name), gracePeriod));
  }
  if (given === 0) errors.push(required(path, 'must specify a handler type'));
  return errors;
}

const COUNTS = ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'] as const;

function validateProbe(probe: corev1.Probe, path: FieldPath, gracePeriod: number | undefined): FieldError[] {
  const errors = validateHandler(probe, path, gracePeriod);
  for (const field of COUNTS) if ((probe[field] ?? 0) < 0) append(errors, nonNegative(probe[field], path.child(field)));
  const own = probe.terminationGracePeriodSeconds;
  if (own !== undefined && own <= 0) errors.push(invalidValue(path.child('terminationGracePeriodSeconds'), own, 'must be greater than 0'));
  return errors;
}

function validateLifecycle(lifecycle: corev1.Lifecycle, path: FieldPath, { gracePeriod }: PodContext): FieldError[] {
  const { postStart, preStop } = lifecycle;
  return [
    ...(postStart ? validateHandler(postStart, path.child('postStart'), gracePeriod) : []),
    ...(preStop ? validateHandler(preStop, path.child('preStop'), gracePeriod) : []),
  ];
}

/** A probe whose success threshold must be 1: liveness and startup. */
function validateSingleProbe(probe: corev1.Probe, path: FieldPath, gracePeriod: number | undefined): FieldError[] {
  const errors = validateProbe(probe, path, gracePeriod);
  const threshold = probe.successThreshold ?? 0;
  if (threshold !== 1) errors.push(invalidValue(path.child('successThreshold'), threshold, 'must be 1'));
  return errors;
}

/** The lifecycle and probes of containers that may have them: regular ones and sidecars. */
export function validateHooks(container: AnyContainer, path: FieldPath, context: PodContext): FieldError[] {
  const { lifecycle, livenessProbe, readinessProbe, startupProbe } = container;
  const { gracePeriod } = context;
  const errors: FieldError[] = [];
  if (lifecycle) append(errors, validateLifecycle(lifecycle, path.child('lifecycle'), context));
  if (livenessProbe) append(errors, validateSingleProbe(livenessProbe, path.child('livenessProbe'), gracePeriod));
  if (readinessProbe) {
    const at = path.child('readinessProbe');
    append(errors, validateProbe(readinessProbe, at, gracePeriod));
    const own = readinessProbe.terminationGracePeriodSeconds;
    if (own !== undefined) {
      errors.push(invalidValue(at.child('terminationGracePeriodSeconds'), own, 'must not be set for readinessProbes'));
    }
  }
  if (startupProbe) append(errors, validateSingleProbe(startupProbe, path.child('startupProbe'), gracePeriod));
  return errors;
}

const HOOKS = ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const;

/** Other init containers may have none of them. */
export function forbidHooks(container: AnyContainer, path: FieldPath): FieldError[] {
  return HOOKS.filter((field) => container[field]).map((field) =>
    fieldForbidden(path.child(field), 'may not be set for init containers without restartPolicy=Always'),
  );
}
