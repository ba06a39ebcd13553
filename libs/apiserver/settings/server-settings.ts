import { goQuote } from '#apimachinery';
import type { AdmissionPlugin } from '../admission/admission.js';
import { type AdmissionChain, admissionChain } from '../admission/admission-chain.js';
import { type Policy, PolicyFailure, policiesIn } from '../authorization/abac.js';
import { configuredPlugin, pluginConfigurations } from './admission-configuration.js';
import { booleanOf, checkKnown, durationOf, endWith, type Flags, integerOf, listOf } from './flags.js';
import { KNOWN_FLAGS } from './known-flags.js';
import { missingFiles, type ReadFile } from './node-files.js';
import { nodePortRange, serviceRangeErrors, serviceRanges } from './service-ranges.js';
import { type TokenSettings, tokenSettings } from './token-settings.js';

/** The modes of --authorization-mode that there are here. */
export const AUTHORIZATION_MODES = ['ABAC', 'AlwaysAllow', 'AlwaysDeny', 'Node', 'RBAC'] as const;
export type AuthorizationMode = (typeof AUTHORIZATION_MODES)[number];

const MODES: ReadonlySet<string> = new Set(AUTHORIZATION_MODES);

/** What the flags of the API server decide. Immutable; shared by all clusters with the same manifest. */
export interface ServerSettings {
  readonly flags: Flags;
  readonly admission: AdmissionChain;
  readonly authorizationModes: readonly AuthorizationMode[];
  /** For the mode ABAC. */
  readonly policies: readonly Policy[];
  readonly anonymousAuth: boolean;
  /** Whether client certificates are looked at (--client-ca-file). Which CA they are of does not depend on the file's content. */
  readonly clientCertificates: boolean;
  readonly bootstrapTokens: boolean;
  readonly tokens: TokenSettings;
  /** Seats of all requests together (--max-requests-inflight, --max-mutating-requests-inflight); unset: as many as the cluster may have. */
  readonly seats?: number;
  /** The ranges of Services' addresses (--service-cluster-ip-range); empty: kubeadm's. */
  readonly serviceRanges: readonly string[];
  /** The range of node ports (--service-node-port-range), both ends included; unset: the default. */
  readonly nodePorts?: { readonly first: number; readonly last: number };
  /** How long events are kept, in milliseconds (--event-ttl). */
  readonly eventTTL?: number;
}

/** What kubeadm's manifest says of what is decided here, as far as there are such plugins. */
export const kubeadmFlags = (plugins: readonly AdmissionPlugin[]): Flags =>
  new Map([
    ['authorization-mode', 'Node,RBAC'],
    ['client-ca-file', '/etc/kubernetes/pki/ca.crt'],
    ['enable-bootstrap-token-auth', 'true'],
    ...(plugins.some(({ name }) => name === 'NodeRestriction') ? [['enable-admission-plugins', 'NodeRestriction'] as const] : []),
  ]);

/** As Go prints a list of names: `[a b]`. */
const shown = (names: readonly string[]): string => `[${names.join(' ')}]`;

function admissionErrors(plugins: readonly AdmissionPlugin[], flags: Flags): string[] {
  const known = new Set(plugins.map(({ name }) => name));
  const errors = ['enable-admission-plugins', 'disable-admission-plugins'].flatMap((flag) =>
    listOf(flags, flag)
      .filter((name) => !known.has(name))
      .map((name) => `${flag} plugin ${goQuote(name)} is unknown`),
  );
  const disabled = new Set(listOf(flags, 'disable-admission-plugins'));
  const both = [...new Set(listOf(flags, 'enable-admission-plugins'))].filter((name) => disabled.has(name)).sort();
  return both.length === 0 ? errors : [...errors, `${shown(both)} in enable-admission-plugins and disable-admission-plugins overlapped`];
}

/** The enabled plugins, in their order, configured (server/options/admission.go enabledPluginNames). */
function enabled(plugins: readonly AdmissionPlugin[], flags: Flags, read: ReadFile): AdmissionPlugin[] {
  const on = new Set(listOf(flags, 'enable-admission-plugins'));
  const off = new Set(listOf(flags, 'disable-admission-plugins'));
  const file = flags.get('admission-control-config-file');
  const configurations = file ? pluginConfigurations(file, read) : new Map<string, unknown>();
  return plugins
    .filter(({ name, defaultOff }) => on.has(name) || !(defaultOff || off.has(name)))
    .map((plugin) => {
      const named = on.has(plugin.name) || configurations.has(plugin.name);
      const configured = named ? configuredPlugin(plugin, configurations.get(plugin.name)) : plugin;
      return configured.flagged?.(flags) ?? configured;
    });
}

/** Flags of the number of requests, with their defaults. */
const INFLIGHT = [
  ['max-requests-inflight', 400],
  ['max-mutating-requests-inflight', 200],
] as const;

/** The seats of all requests: priority and fairness adds both flags up (server/config.go). Unset: neither is given. */
function seatsOf(flags: Flags): Pick<ServerSettings, 'seats'> {
  if (!INFLIGHT.some(([name]) => flags.has(name))) return {};
  return { seats: INFLIGHT.reduce((sum, [name, unset]) => sum + integerOf(flags, name, unset), 0) };
}

/** server/options/server_run_options.go Validate. */
const inflightErrors = (flags: Flags): string[] =>
  INFLIGHT.filter(([name]) => integerOf(flags, name, 0) < 0).map(([name]) => `--${name} can not be negative value`);

/** Flags of files that the server opens at its start, in the order in which it does. */
const OPENED = [
  'tls-cert-file',
  'tls-private-key-file',
  'client-ca-file',
  'requestheader-client-ca-file',
  'service-account-key-file',
  'service-account-signing-key-file',
  'etcd-cafile',
  'etcd-certfile',
  'etcd-keyfile',
  'kubelet-certificate-authority',
  'kubelet-client-certificate',
  'kubelet-client-key',
  'proxy-client-cert-file',
  'proxy-client-key-file',
  'audit-policy-file',
  'authorization-policy-file',
  'encryption-provider-config',
  'egress-selector-config-file',
  'token-auth-file',
];

const POLICY_FILE = 'authorization-policy-file';
const WEBHOOK_FILE = 'authorization-webhook-config-file';

/** The policies of --authorization-policy-file. Throws StartFailure. */
function policiesOf(flags: Flags, read: ReadFile): Policy[] {
  const path = flags.get(POLICY_FILE) ?? '';
  try {
    return path === '' ? [] : policiesIn(path, read(path) ?? '');
  } catch (error) {
    if (error instanceof PolicyFailure) endWith([error.message]);
    throw error;
  }
}

/** kubeapiserver/options/authorization.go Validate. */
function authorizationErrors(modes: readonly string[], flags: Flags): string[] {
  const errors = modes.flatMap((mode) => {
    if (mode === 'ABAC') return flags.get(POLICY_FILE) ? [] : ["authorization-mode ABAC's authorization policy file not passed"];
    if (mode === 'Webhook') {
      const missing = "authorization-mode Webhook's authorization config file not passed";
      return [flags.get(WEBHOOK_FILE) ? 'authorization-mode Webhook is not available in this installation' : missing];
    }
    return MODES.has(mode) ? [] : [`authorization-mode ${goQuote(mode)} is not a valid mode`];
  });
  if (modes.length === 0) errors.push('at least one authorization-mode must be passed');
  if (flags.get(POLICY_FILE) && !modes.includes('ABAC')) errors.push('cannot specify --authorization-policy-file without mode ABAC');
  if (flags.get(WEBHOOK_FILE) && !modes.includes('Webhook')) {
    errors.push('cannot specify --authorization-webhook-config-file without mode Webhook');
  }
  const repeated = new Set(modes).size !== modes.length;
  return repeated ? [...errors, `authorization-mode [${modes.map(goQuote).join(' ')}] has mode specified more than once`] : errors;
}

/** What the flags say. Throws StartFailure with what the server says before it ends. */
export function settingsOf(flags: Flags, plugins: readonly AdmissionPlugin[], read: ReadFile): ServerSettings {
  checkKnown(flags, KNOWN_FLAGS);
  const modes = flags.has('authorization-mode') ? listOf(flags, 'authorization-mode') : ['AlwaysAllow'];
  const ranges = serviceRangeErrors(flags);
  const nodePorts = nodePortRange(flags);
  const tokens = tokenSettings(flags);
  const eventTTL = durationOf(flags, 'event-ttl');
  endWith([...inflightErrors(flags), ...authorizationErrors(modes, flags), ...admissionErrors(plugins, flags), ...ranges]);
  endWith(missingFiles(flags, OPENED, read));
  const anonymous = booleanOf(flags, 'anonymous-auth', true);
  return {
    flags,
    admission: admissionChain(enabled(plugins, flags, read)),
    authorizationModes: modes as AuthorizationMode[],
    policies: policiesOf(flags, read),
    // AlwaysAllow turns anonymous requests off (options/authentication.go ApplyAuthorization).
    anonymousAuth: anonymous && !modes.includes('AlwaysAllow'),
    clientCertificates: flags.get('client-ca-file') !== undefined && flags.get('client-ca-file') !== '',
    bootstrapTokens: booleanOf(flags, 'enable-bootstrap-token-auth', false),
    tokens,
    serviceRanges: serviceRanges(flags),
    ...(nodePorts && { nodePorts }),
    ...seatsOf(flags),
    ...(eventTTL !== undefined && { eventTTL }),
  };
}
