import type { corev1 } from '#api';
import type { StatusError } from '#apimachinery';
import type { Chain } from '#pki/server';

/** Where a webhook is (admissionregistration/v1 and apiextensions/v1 WebhookClientConfig). */
export interface WebhookClientConfig {
  url?: string;
  service?: { namespace: string; name: string; path?: string; port?: number };
  /** PEM in base64: the CA of the server's certificate. Unset: the machine's trusted CAs. */
  caBundle?: string;
}

/** A review to send. */
export interface WebhookCall {
  config: WebhookClientConfig;
  /** The review, as JSON. */
  body: string;
  /** The kind of the answer: `AdmissionReview`. */
  kind: string;
  /** The versions that the answer may have: `admission.k8s.io/v1`. */
  apiVersions: readonly string[];
  /** Unset: the longest that a request may take. */
  timeoutSeconds?: number;
}

/** Calls the webhooks of one cluster: for admission, conversion and authentication. */
export interface WebhookCaller {
  /** Sends a review and returns the one that was answered. Throws WebhookCallError. */
  call(call: WebhookCall): Promise<WebhookReview>;
}

/** An answered review. Nothing but its version and kind is checked. */
export interface WebhookReview {
  apiVersion: string;
  kind: string;
  response?: unknown;
}

/** A webhook could not be called or did not answer with a review: the message is client-go's. */
export class WebhookCallError extends Error {
  constructor(
    message: string,
    /** Set if the server answered with an error (rest.Request's StatusError). */
    readonly status?: StatusError,
  ) {
    super(message);
  }
}

/** A webhook's configuration is unusable: nothing was sent. */
export class WebhookConfigError extends WebhookCallError {}

/** One HTTP request to a webhook. */
export interface HttpCall {
  /** The path with its query. */
  path: string;
  body: string;
  /** The name that the server's certificate must have. */
  serverName: string;
  /** PEM; unset: the machine's trusted CAs. */
  ca?: string;
  /** Milliseconds of the machine until an answer is complete. */
  timeout: number;
}

/** What a server answered. */
export interface HttpAnswer {
  status: number;
  contentType?: string;
  body: string;
}

/** No answer was received: the message is what Go's http.Client reports after the URL. */
export class NoAnswer extends Error {}

/** A program that listens on a port of a pod. Throws NoAnswer. */
export interface PodServer {
  /** The certificates that it presents: `unknown` if nobody can have them in a CA bundle, unset without TLS. */
  certificates?: Chain | 'unknown';
  answer(call: HttpCall): HttpAnswer;
}

/**
 * The ways to a webhook. The domain opens no connection: the host of the cluster implements these. Both throw NoAnswer.
 */
export interface WebhookRoutes {
  /** An address outside of the cluster that the operator has allowed; unset: none is. Undefined: it is not allowed, and no connection was made. */
  outside?(host: string, port: number, call: HttpCall): Promise<HttpAnswer> | undefined;
  /** The program that listens on a port of a pod; undefined if none does. */
  pod?(pod: corev1.Pod, port: number): Promise<PodServer | undefined>;
}
