import type { corev1 } from '#api';
import { append, type FieldError, type FieldPath, invalidValue, isDNS1123Subdomain } from '#apimachinery';
import { invalidName } from '../../checks.js';
import { visitContainers } from '../containers.js';

type Options = corev1.WindowsSecurityContextOptions;

const LABEL = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?';
const dnsDomain = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`);
const netBios = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/;
const control = /\p{Cc}/u;

function userProblems(name: string): string[] {
  if (name.length === 0) return ['runAsUserName cannot be an empty string'];
  if (control.test(name)) return ['runAsUserName cannot contain control characters'];
  const parts = name.split('\\');
  if (parts.length > 2) return ['runAsUserName cannot contain more than one backslash'];
  const user = parts.at(-1) ?? '';
  const domain = parts.length === 2 ? (parts[0] ?? '') : undefined;
  const problems: string[] = [];
  if (domain !== undefined && domain.length >= 256) problems.push("runAsUserName's Domain length must be under 256 characters");
  if (domain !== undefined && !netBios.test(domain) && !dnsDomain.test(domain)) {
    problems.push("runAsUserName's Domain doesn't match the NetBios nor the DNS format");
  }
  if (user.length === 0) problems.push("runAsUserName's User cannot be empty");
  else if (user.length > 104) problems.push("runAsUserName's User length must not be longer than 104 characters");
  if (/^[. ]+$/.test(user)) problems.push("runAsUserName's User cannot contain only periods or spaces");
  if (/["/\\:;|=,+*?<>@[\]]/.test(user)) {
    problems.push('runAsUserName\'s User cannot contain the following characters: "/\\:;|=,+*?<>@[]');
  }
  return problems;
}

/** Windows options of a pod or container (validateWindowsSecurityContextOptions). */
export function validateWindowsOptions(options: Options, path: FieldPath): FieldError[] {
  const { gmsaCredentialSpecName: specName, gmsaCredentialSpec: spec, runAsUserName: user } = options;
  const errors: FieldError[] = [];
  if (specName !== undefined) append(errors, invalidName(path.child('gmsaCredentialSpecName'), specName, isDNS1123Subdomain(specName)));
  if (spec === '') errors.push(invalidValue(path.child('gmsaCredentialSpec'), spec, 'gmsaCredentialSpec cannot be an empty string'));
  else if (spec !== undefined && spec.length > 65536) {
    errors.push(invalidValue(path.child('gmsaCredentialSpec'), spec, 'gmsaCredentialSpec size must be under 64 KiB'));
  }
  if (user !== undefined) append(errors, invalidName(path.child('runAsUserName'), user, userProblems(user)));
  return errors;
}

/**
 * Either all containers are host process containers or none; if they are, the pod must use the host's network
 * (validateWindowsHostProcessPod).
 */
export function validateHostProcess(spec: corev1.PodSpec, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const own = spec.securityContext?.windowsOptions?.hostProcess;
  let count = 0;
  let ofHost = 0;
  visitContainers(spec, path, (container, at) => {
    count += 1;
    const flag = container.securityContext?.windowsOptions?.hostProcess;
    if (own !== undefined && flag !== undefined && own !== flag) {
      const text = `pod hostProcess value must be identical if both are specified, was ${own}`;
      errors.push(invalidValue(at.child('securityContext', 'windowsOptions', 'hostProcess'), flag, text));
    }
    if (flag ?? own) ofHost += 1;
  });
  if (ofHost === 0) return errors;
  if (ofHost !== count) {
    const text = 'If pod contains any hostProcess containers then all containers must be HostProcess containers';
    errors.push(invalidValue(path, '', text));
  }
  if (!spec.hostNetwork) {
    errors.push(invalidValue(path.child('hostNetwork'), false, 'hostNetwork must be true if pod contains any hostProcess containers'));
  }
  return errors;
}
