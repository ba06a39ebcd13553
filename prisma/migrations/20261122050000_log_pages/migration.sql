-- As store_log, but a page ends with the entry that brings its values, and the previous ones if they are read, to p_bytes.
CREATE FUNCTION store_log_page(p_cluster text, p_after bigint, p_limit bigint, p_bytes bigint, p_from text, p_to text, p_previous boolean)
RETURNS TABLE (revision bigint, create_revision bigint, version bigint, previous_revision bigint, at bigint, deleted boolean, key text, cause text, value text, previous_value text)
LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$
#variable_conflict use_column
DECLARE
  v_cluster cluster_revisions;
BEGIN
  PERFORM set_config('orrery.cluster', p_cluster, true);
  SELECT * INTO v_cluster FROM cluster_revisions r WHERE r.cluster_id = p_cluster;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  RETURN QUERY SELECT v_cluster.revision, v_cluster.compact_revision, NULL::bigint, NULL::bigint, NULL::bigint, NULL::boolean, NULL::text, NULL::text, NULL::text, NULL::text;
  IF p_after NOT BETWEEN v_cluster.compact_revision AND v_cluster.revision - 1 THEN
    RETURN;
  END IF;
  RETURN QUERY
  SELECT p.revision, p.create_revision, p.version, p.previous_revision, p.at, p.deleted, p.key, p.cause, p.value, p.previous_value
  FROM (
    SELECT q.*, sum(q.size) OVER (ORDER BY q.revision) - q.size AS before
    FROM (
      SELECT l.revision, l.create_revision, l.version, l.previous_revision, l.at, l.deleted, l.key, l.cause, l.value, b.value AS previous_value,
        octet_length(l.value)::bigint + coalesce(octet_length(b.value), 0) AS size
      FROM log l LEFT JOIN log b ON p_previous AND b.cluster_id = p_cluster AND b.revision = l.previous_revision
      WHERE l.cluster_id = p_cluster AND l.revision > p_after AND (p_from IS NULL OR (l.key >= p_from AND l.key < p_to))
      ORDER BY l.revision LIMIT p_limit) q) p
  WHERE p_bytes IS NULL OR p.before < p_bytes
  ORDER BY p.revision;
END $$;

DROP FUNCTION store_log(text, bigint, bigint, text, text, boolean);

-- As for the functions of the store: it belongs to orrery_app, for whom row-level security holds.
DO $$
DECLARE
  schema text := current_schema();
BEGIN
  EXECUTE format('ALTER FUNCTION store_log_page SET search_path = %I, pg_temp', schema);
  REVOKE ALL ON FUNCTION store_log_page FROM PUBLIC;
  EXECUTE format('GRANT EXECUTE ON FUNCTION store_log_page TO %I', current_user);
  ALTER FUNCTION store_log_page SET plan_cache_mode = force_generic_plan;
  ALTER FUNCTION store_log_page SET enable_seqscan = off;
  ALTER FUNCTION store_log_page SET enable_hashjoin = off;
  ALTER FUNCTION store_log_page SET enable_mergejoin = off;
  BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'orrery_app') THEN
      RAISE insufficient_privilege;
    END IF;
    EXECUTE format('GRANT USAGE, CREATE ON SCHEMA %I TO orrery_app', schema);
    ALTER FUNCTION store_log_page OWNER TO orrery_app;
    EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM orrery_app', schema);
  EXCEPTION WHEN insufficient_privilege THEN
    NULL;
  END;
END $$;
