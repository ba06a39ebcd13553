-- Each cluster's key for ServiceAccount tokens, encrypted with the installation's key.
CREATE TABLE cluster_keys (
  cluster_id text PRIMARY KEY REFERENCES clusters (id) ON DELETE CASCADE ON UPDATE CASCADE,
  service_account text NOT NULL
);
