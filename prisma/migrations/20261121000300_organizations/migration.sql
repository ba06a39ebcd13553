-- Organizations are removed with all they own, one of them is the default, and each has its quotas.

ALTER TABLE organizations
  ADD COLUMN state text NOT NULL DEFAULT 'ready' CHECK (state IN ('ready', 'deleting')),
  ADD COLUMN is_default boolean NOT NULL DEFAULT false,
  -- What differs from the defaults of libs/platform/quotas.ts, by name.
  ADD COLUMN quotas jsonb NOT NULL DEFAULT '{}';

UPDATE organizations SET is_default = true WHERE id = (SELECT id FROM organizations ORDER BY created_at, id LIMIT 1);
CREATE UNIQUE INDEX organizations_default_key ON organizations (is_default) WHERE is_default;
