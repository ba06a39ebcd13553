import type { corev1 } from '#api';
import {
  append,
  duplicate,
  type FieldError,
  type FieldPath,
  fieldForbidden,
  fieldPath,
  type IntOrString,
  invalidValue,
  isDNS1123Label,
  isQualifiedName,
  isValidPortName,
  isValidPortNum,
  required,
} from '#apimachinery';
import { internalForm } from '../../internal-form/internal-form.js';
import { invalidName, requiredOneOf } from '../checks.js';

type Service = corev1.Service;
type Port = corev1.ServicePort;

const portsPath = fieldPath('spec', 'ports');
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];

/** A port's number or name (ValidatePortNumOrName). */
export function validatePortNumOrName(port: IntOrString | undefined, path: FieldPath): FieldError[] {
  if (typeof port === 'string') return invalidName(path, port, isValidPortName(port));
  return isValidPortNum(port ?? 0).map((message) => invalidValue(path, port ?? 0, message));
}

function validatePort(port: Port, path: FieldPath, named: boolean, names: Set<string>): FieldError[] {
  const errors: FieldError[] = [];
  if (named && !port.name) errors.push(required(path.child('name')));
  else if (port.name) {
    append(errors, invalidName(path.child('name'), port.name, isDNS1123Label(port.name)));
    if (names.has(port.name)) errors.push(duplicate(path.child('name'), port.name));
    names.add(port.name);
  }
  append(errors, invalidName(path.child('port'), port.port ?? 0, isValidPortNum(port.port ?? 0)));
  append(errors, requiredOneOf(port.protocol, PROTOCOLS, path.child('protocol')));
  append(errors, validatePortNumOrName(port.targetPort, path.child('targetPort')));
  if (port.appProtocol !== undefined)
    append(errors, invalidName(path.child('appProtocol'), port.appProtocol, isQualifiedName(port.appProtocol)));
  return errors;
}

/** Each port separately (validateServicePort). */
export function validateServicePorts({ spec }: Service): FieldError[] {
  const ports = spec.ports ?? [];
  const names = new Set<string>();
  return ports.flatMap((port, index) => validatePort(port, portsPath.index(index), ports.length > 1, names));
}

/** All ports: no duplicates, and no node ports if the type does not have them. */
export function validatePortSet({ spec }: Service): FieldError[] {
  const ports = spec.ports ?? [];
  const errors: FieldError[] = [];
  const seenNodePorts = new Set<string>();
  const seenPorts = new Set<string>();
  const at = (index: number) => portsPath.index(index);
  ports.forEach(({ nodePort }, index) => {
    if (spec.type === 'ClusterIP' && nodePort)
      errors.push(fieldForbidden(at(index).child('nodePort'), "may not be used when `type` is 'ClusterIP'"));
  });
  ports.forEach(({ nodePort, protocol }, index) => {
    if (!nodePort) return;
    const key = `${protocol}/${nodePort}`;
    if (seenNodePorts.has(key)) errors.push(duplicate(at(index).child('nodePort'), nodePort));
    seenNodePorts.add(key);
  });
  ports.forEach(({ port, protocol }, index) => {
    const key = `${protocol}/${port}`;
    if (seenPorts.has(key)) errors.push(duplicate(at(index), internalForm('ServicePort', { port, protocol })));
    seenPorts.add(key);
  });
  return errors;
}
