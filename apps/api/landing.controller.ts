import { Controller, Get, Header } from '@nestjs/common';

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Orrery</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1rem; color: #1b1f24; background: #fff }
dt { margin-top: 1rem; font-weight: 600 }
dd { margin: 0 }
a { color: #0b57d0 }
@media (prefers-color-scheme: dark) { body { color: #e6e6e6; background: #16181c } a { color: #8ab4f8 } }
</style>
</head>
<body>
<h1>Orrery</h1>
<p>Simulated Kubernetes clusters.</p>
<dl>
<dt><a href="/graphql">Playground</a></dt><dd>GraphQL on a cluster, in the browser. Sign in with the token of its kubeconfig.</dd>
<dt><a href="/platform/v1/openapi.json">Platform API</a></dt><dd>The OpenAPI document of organizations, clusters, tokens and clocks.</dd>
<dt>Kubernetes API</dt><dd><code>/clusters/ID</code>: use the cluster's kubeconfig with kubectl.</dd>
</dl>
</body>
</html>
`;

/** Allows only the page's own style: it has no scripts, images or forms. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** `/` for people; a client with a token gets what a kube-apiserver answers there (kubernetes/target.ts). */
@Controller()
export class LandingController {
  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', policy)
  @Header('x-content-type-options', 'nosniff')
  @Header('x-frame-options', 'DENY')
  @Header('referrer-policy', 'no-referrer')
  @Header('cache-control', 'public, max-age=3600')
  show(): string {
    return page;
  }
}
