-- Clusters whose log holds more than what stands now needs. Looks across clusters, as store_lagging does.
CREATE FUNCTION store_uncompacted(p_limit bigint) RETURNS TABLE (cluster_id text, revision bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('orrery.platform', 'on', true);
  RETURN QUERY SELECT r.cluster_id, r.revision FROM cluster_revisions r WHERE r.revision > r.compact_revision LIMIT p_limit;
END $$;

DO $$
BEGIN
  EXECUTE format('ALTER FUNCTION store_uncompacted SET search_path = %I, pg_temp', current_schema());
  REVOKE ALL ON FUNCTION store_uncompacted FROM PUBLIC;
  EXECUTE format('GRANT EXECUTE ON FUNCTION store_uncompacted TO %I', current_user);
END $$;
