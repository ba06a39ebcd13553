-- What clusters of an organization can be made from. A row is never changed: a template that is changed is a new row, and the former one is
-- kept while clusters that were made from it can be reset to it.
CREATE TABLE organization_templates (
  id text PRIMARY KEY,
  organization_id text NOT NULL REFERENCES organizations (id) ON DELETE CASCADE ON UPDATE CASCADE,
  name text NOT NULL,
  -- A StartingState of libs/platform, and what its clusters have unless the request says otherwise.
  start jsonb NOT NULL,
  defaults jsonb NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  -- When it was replaced or removed.
  retired_at timestamptz(3)
);
CREATE UNIQUE INDEX organization_templates_organization_id_name_key ON organization_templates (organization_id, name) WHERE retired_at IS NULL;
CREATE INDEX organization_templates_retired ON organization_templates (retired_at) WHERE retired_at IS NOT NULL;

ALTER TABLE clusters
  ADD COLUMN template_id text REFERENCES organization_templates (id),
  -- ClusterFeatures of libs/platform.
  ADD COLUMN features jsonb NOT NULL DEFAULT '{}';
CREATE INDEX clusters_template_id ON clusters (template_id) WHERE template_id IS NOT NULL;
