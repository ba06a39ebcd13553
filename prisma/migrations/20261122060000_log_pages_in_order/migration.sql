-- As before, but entries are read one after the other until they are enough, each with its previous value: a join of the log with itself may be
-- planned as one over all of it, by way of files.
CREATE OR REPLACE FUNCTION store_log_page(p_cluster text, p_after bigint, p_limit bigint, p_bytes bigint, p_from text, p_to text, p_previous boolean)
RETURNS TABLE (revision bigint, create_revision bigint, version bigint, previous_revision bigint, at bigint, deleted boolean, key text, cause text, value text, previous_value text)
LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$
#variable_conflict use_column
DECLARE
  v_cluster cluster_revisions;
  v_bytes bigint := 0;
BEGIN
  PERFORM set_config('orrery.cluster', p_cluster, true);
  SELECT * INTO v_cluster FROM cluster_revisions r WHERE r.cluster_id = p_cluster;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  revision := v_cluster.revision;
  create_revision := v_cluster.compact_revision;
  RETURN NEXT;
  IF p_after NOT BETWEEN v_cluster.compact_revision AND v_cluster.revision - 1 THEN
    RETURN;
  END IF;
  FOR revision, create_revision, version, previous_revision, at, deleted, key, cause, value, previous_value IN
    SELECT l.revision, l.create_revision, l.version, l.previous_revision, l.at, l.deleted, l.key, l.cause, l.value,
      CASE WHEN p_previous THEN (SELECT b.value FROM log b WHERE b.cluster_id = p_cluster AND b.revision = l.previous_revision) END
    FROM log l
    WHERE l.cluster_id = p_cluster AND l.revision > p_after AND (p_from IS NULL OR (l.key >= p_from AND l.key < p_to))
    ORDER BY l.revision LIMIT p_limit
  LOOP
    RETURN NEXT;
    v_bytes := v_bytes + octet_length(value) + coalesce(octet_length(previous_value), 0);
    EXIT WHEN v_bytes >= p_bytes;
  END LOOP;
END $$;

-- Replacing a function drops its settings.
DO $$
BEGIN
  EXECUTE format('ALTER FUNCTION store_log_page SET search_path = %I, pg_temp', current_schema());
  ALTER FUNCTION store_log_page SET plan_cache_mode = force_generic_plan;
  ALTER FUNCTION store_log_page SET enable_seqscan = off;
  ALTER FUNCTION store_log_page SET enable_hashjoin = off;
  ALTER FUNCTION store_log_page SET enable_mergejoin = off;
END $$;
