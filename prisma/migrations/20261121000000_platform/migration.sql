-- The platform's tables: who owns clusters, the clusters, and the tokens that open them. Read and written through Prisma.

CREATE TABLE organizations (
  id text PRIMARY KEY,
  name text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX organizations_name_key ON organizations (name);

CREATE TABLE clusters (
  id text PRIMARY KEY,
  organization_id text NOT NULL,
  name text NOT NULL,
  state text NOT NULL DEFAULT 'ready' CHECK (state IN ('creating', 'ready', 'deleting')),
  node_count integer NOT NULL,
  node_cpu text NOT NULL,
  node_memory text NOT NULL,
  node_pods integer NOT NULL,
  profile text NOT NULL,
  -- {"mode": "real"} or {"mode": "stepped", "now": milliseconds}
  clock jsonb NOT NULL,
  template boolean NOT NULL DEFAULT false,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT clusters_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organizations (id) ON DELETE RESTRICT ON UPDATE CASCADE
);
CREATE UNIQUE INDEX clusters_organization_id_name_key ON clusters (organization_id, name);

-- A token is never kept, only its SHA-256.
CREATE TABLE tokens (
  id text PRIMARY KEY,
  hash text NOT NULL,
  kind text NOT NULL DEFAULT 'cluster' CHECK (kind IN ('cluster', 'platform')),
  cluster_id text,
  organization_id text,
  user_name text,
  groups text[] NOT NULL DEFAULT '{}',
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  revoked_at timestamptz(3),
  CONSTRAINT tokens_cluster_id_fkey FOREIGN KEY (cluster_id) REFERENCES clusters (id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT tokens_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organizations (id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX tokens_hash_key ON tokens (hash);
CREATE INDEX tokens_cluster_id_idx ON tokens (cluster_id);
CREATE INDEX tokens_organization_id_idx ON tokens (organization_id);
