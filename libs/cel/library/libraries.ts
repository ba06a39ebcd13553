import type { Library } from '../check/functions.js';
import { authorization } from './authorization.js';
import { formats } from './formats.js';
import { extendedLists, kubernetesLists, sets } from './lists.js';
import { cidrs, ips } from './networks.js';
import { optionals } from './optionals.js';
import { quantities } from './quantities.js';
import { semvers } from './semvers.js';
import { standard } from './standard.js';
import { strings } from './strings.js';
import { twoVariables } from './two-variables.js';
import { urls } from './urls.js';

/** The libraries of Kubernetes 1.36 (apiserver/pkg/cel/environment/base.go). Where several declare a function, their order is upstream's. */
export const LIBRARIES: readonly Library[] = [
  ...[standard, urls, kubernetesLists, authorization, optionals, quantities],
  ...[strings, sets, ips, cidrs, formats, twoVariables, semvers, extendedLists],
];
