import type { Family } from '#component-base';

/** Why a request to a component's own port is refused. */
export type Refused = { readonly code: 401 } | { readonly code: 403; readonly user: string; readonly reason: string };

/** What programs of Kubernetes ask the API server, and the processes that do their work. */
export interface ComponentAccess {
  /** Who has the token (unset: nobody) and whether they may do it (TokenReview, SubjectAccessReview). Undefined: they may. */
  review(request: { readonly token?: string; readonly verb: string; readonly path: string }): Promise<Refused | undefined>;
  /** What the instance of a component that leads has counted since it was started. */
  metrics(component: string): Promise<readonly Family[]>;
  /** Whether the instance of a component on a node leads. */
  leads(component: string, node: string): boolean;
  /** What the instance on a node was configured with, by the names in /configz, and the name of the Lease that it elects its leader by. */
  configured(
    component: string,
    node: string,
  ): { readonly configurations: Readonly<Record<string, unknown>>; readonly election?: { readonly name: string } } | undefined;
}
