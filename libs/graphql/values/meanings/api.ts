import type { Meanings } from './meanings.js';

/** What the values of enums mean that all kinds share, and of kinds that say how the API behaves. */
export const apiMeanings: Meanings = {
  'v1.ConditionStatus': {
    False: 'It does not hold.',
    True: 'It holds.',
    Unknown: 'Nobody can tell whether it holds.',
  },
  'v1.ManagedFieldsOperationType': {
    Apply: 'The fields were applied (server-side apply).',
    Update: 'The fields were written by another request: create, update, patch.',
  },
  'v1.LabelSelectorOperator': {
    DoesNotExist: 'There is no label of this key.',
    Exists: 'There is a label of this key.',
    In: 'The label is one of the values.',
    NotIn: 'The label is none of the values, or is missing.',
  },
  'v1.DeletionPropagation': {
    Background: 'Dependents are deleted after the object.',
    Foreground: 'Dependents are deleted before the object.',
    Orphan: 'Dependents are kept.',
  },
  'v1.NamespacePhase': {
    Active: 'It is in use.',
    Terminating: 'It is being deleted, with all that is in it: nothing new is let in.',
  },
  'v1.OperationType': {
    '*': 'All of them.',
    CONNECT: 'Connections to a subresource: exec, attach, port-forward, proxy.',
    CREATE: 'Objects that are made.',
    DELETE: 'Objects that are deleted.',
    UPDATE: 'Objects that are changed.',
  },
  'v1.ScopeType': {
    '*': 'All resources.',
    Cluster: 'Resources without a namespace.',
    Namespaced: 'Resources that are in a namespace.',
  },
  'v1.MatchPolicyType': {
    Equivalent: 'Requests in another version of a resource are converted, and match.',
    Exact: 'Only requests in just this group, version and resource match.',
  },
  'v1.PatchType': {
    ApplyConfiguration: 'An object that is merged as by server-side apply.',
    JSONPatch: 'A list of operations (RFC 6902).',
  },
  'v1.FailurePolicyType': {
    Fail: 'The request is refused if this cannot be asked or evaluated.',
    Ignore: 'The request goes on as if there were none, if this cannot be asked or evaluated.',
  },
  'v1.ReinvocationPolicyType': {
    IfNeeded: 'Asked again if another one has changed the object since.',
    Never: 'Asked once for a request.',
  },
  'v1.ParameterNotFoundActionType': {
    Allow: 'A binding without its parameters is left out.',
    Deny: 'Without its parameters, the failure policy decides.',
  },
  'v1.SideEffectClass': {
    None: 'The webhook changes nothing else.',
    NoneOnDryRun: 'The webhook changes something else, but not for a dry run.',
    Some: 'The webhook may change something else: dry runs are refused.',
    Unknown: 'Nothing is said of it: dry runs are refused.',
  },
  'v1.ValidationAction': {
    Audit: 'A request that fails is noted in the audit log.',
    Deny: 'A request that fails is refused.',
    Warn: 'A request that fails is answered with a warning.',
  },
  'v1.ResourceScope': {
    Cluster: 'Objects are in no namespace.',
    Namespaced: 'Objects are in namespaces.',
  },
  'v1.ConversionStrategyType': {
    None: 'Between versions only apiVersion changes.',
    Webhook: 'A webhook converts objects between versions.',
  },
  'v1.FlowDistinguisherMethodType': {
    ByNamespace: 'Requests about one namespace are a flow.',
    ByUser: 'Requests of one user are a flow.',
  },
  'v1.SubjectKind': {
    Group: 'The users of a group.',
    ServiceAccount: 'A ServiceAccount, or all of a namespace.',
    User: 'A single user.',
  },
  'v1.PriorityLevelEnablement': {
    Exempt: 'Requests are carried out at once.',
    Limited: 'As many requests are carried out at a time as its share allows.',
  },
  'v1.LimitResponseType': {
    Queue: 'Requests beyond the limit wait in a queue.',
    Reject: 'Requests beyond the limit are refused with 429.',
  },
  'v1.KeyUsage': {
    any: 'For anything.',
    'cert sign': 'Signs certificates of others: that of an authority.',
    'client auth': 'Proves to a server who a client is.',
    'code signing': 'Signs programs.',
    'content commitment': 'Signs what the signer may not deny later.',
    'crl sign': 'Signs lists of revoked certificates.',
    'data encipherment': 'Encrypts data itself.',
    'decipher only': 'In a key agreement: decrypts, and nothing else.',
    'digital signature': 'Signs data, but no certificates.',
    'email protection': 'Signs and encrypts mail.',
    'encipher only': 'In a key agreement: encrypts, and nothing else.',
    'ipsec end system': 'For a host with IPsec.',
    'ipsec tunnel': 'For a gateway with IPsec.',
    'ipsec user': 'For a user with IPsec.',
    'key agreement': 'Agrees on a key with another party.',
    'key encipherment': 'Encrypts keys.',
    'microsoft sgc': 'Stronger encryption in old programs of Microsoft.',
    'netscape sgc': 'Stronger encryption in old programs of Netscape.',
    'ocsp signing': 'Signs answers on whether a certificate is revoked.',
    's/mime': 'Signs and encrypts mail as S/MIME.',
    'server auth': 'Proves to a client who a server is.',
    signing: 'The same as digital signature.',
    timestamping: 'Signs at what time something was there.',
  },
};
