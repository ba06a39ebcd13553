-- A write with operations of several turns, all of which must be their holders' still. The revision row is locked first, so that none can
-- be superseded before the end of the transaction. Parameters, answer and errors as for store_write.
CREATE FUNCTION store_write_shared(
  p_cluster text, p_types text, p_keys text[], p_values text[], p_expected bigint[], p_expires bigint[], p_causes text[], p_ats bigint[],
  p_components text[], p_tokens bigint[], p_write_id uuid, p_resolve_after bigint)
RETURNS TABLE (ord bigint, outcome text, revision bigint, create_revision bigint, version bigint, previous_revision bigint, value text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER AS $$
#variable_conflict use_column
DECLARE
  v_component text;
BEGIN
  PERFORM set_config('orrery.cluster', p_cluster, true);
  PERFORM FROM cluster_revisions r WHERE r.cluster_id = p_cluster FOR NO KEY UPDATE;
  SELECT f.component INTO v_component FROM unnest(p_components, p_tokens) AS f (component, token)
  WHERE NOT EXISTS (SELECT FROM turns t WHERE t.cluster_id = p_cluster AND t.component = f.component AND t.token = f.token)
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'the turn of % was overtaken', v_component USING ERRCODE = 'OR403';
  END IF;
  RETURN QUERY SELECT * FROM store_write(
    p_cluster, p_types, p_keys, p_values, p_expected, p_expires, p_causes, p_ats, false, NULL, NULL, p_write_id, p_resolve_after);
END $$;

-- As for the functions of the store: it belongs to orrery_app, for whom row-level security holds.
DO $$
DECLARE
  schema text := current_schema();
BEGIN
  EXECUTE format('ALTER FUNCTION store_write_shared SET search_path = %I, pg_temp', schema);
  REVOKE ALL ON FUNCTION store_write_shared FROM PUBLIC;
  EXECUTE format('GRANT EXECUTE ON FUNCTION store_write_shared TO %I', current_user);
  ALTER FUNCTION store_write_shared SET plan_cache_mode = force_generic_plan;
  ALTER FUNCTION store_write_shared SET enable_seqscan = off;
  ALTER FUNCTION store_write_shared SET enable_hashjoin = off;
  ALTER FUNCTION store_write_shared SET enable_mergejoin = off;
  BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'orrery_app') THEN
      RAISE insufficient_privilege;
    END IF;
    EXECUTE format('GRANT USAGE, CREATE ON SCHEMA %I TO orrery_app', schema);
    ALTER FUNCTION store_write_shared OWNER TO orrery_app;
    EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM orrery_app', schema);
  EXCEPTION WHEN insufficient_privilege THEN
    NULL;
  END;
END $$;
