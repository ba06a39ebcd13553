-- A write of one operation, which most are. What store_write does in one statement over many operations costs twice what these do; where
-- the operation fails, or is not compared, store_write decides and answers. Parameters, answer and errors as for store_write.
CREATE FUNCTION store_write_one(
  p_cluster text, p_type text, p_key text, p_value text, p_expected bigint, p_expires bigint, p_cause text, p_at bigint,
  p_component text, p_token bigint, p_write_id uuid)
RETURNS TABLE (ord bigint, outcome text, revision bigint, create_revision bigint, version bigint, previous_revision bigint, value text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER AS $$
#variable_conflict use_column
DECLARE
  v_revision bigint;
  v_done boolean := false;
BEGIN
  PERFORM set_config('orrery.cluster', p_cluster, true);
  UPDATE cluster_revisions r SET revision = r.revision + 1 WHERE r.cluster_id = p_cluster RETURNING r.revision INTO v_revision;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no cluster %', p_cluster USING ERRCODE = 'OR404';
  END IF;
  IF p_component IS NOT NULL AND NOT EXISTS (
    SELECT FROM turns t WHERE t.cluster_id = p_cluster AND t.component = p_component AND t.token = p_token)
  THEN
    RAISE EXCEPTION 'the turn of % was overtaken', p_component USING ERRCODE = 'OR403';
  END IF;
  IF p_type = 'c' THEN
    INSERT INTO objects (cluster_id, key, mod_revision, create_revision, version, expires_at)
    VALUES (p_cluster, p_key, v_revision, v_revision, 1, p_expires)
    ON CONFLICT DO NOTHING;
    v_done := FOUND;
    create_revision := v_revision;
    version := 1;
  ELSIF p_type = 'u' THEN
    UPDATE objects o SET mod_revision = v_revision, version = o.version + 1, expires_at = p_expires
    WHERE o.cluster_id = p_cluster AND o.key = p_key AND o.mod_revision = p_expected
    RETURNING o.create_revision, o.version INTO create_revision, version;
    v_done := FOUND;
  ELSE
    DELETE FROM objects o WHERE o.cluster_id = p_cluster AND o.key = p_key AND o.mod_revision = p_expected
    RETURNING o.create_revision, o.version INTO create_revision, version;
    v_done := FOUND;
    IF v_done THEN
      SELECT l.value INTO value FROM log l WHERE l.cluster_id = p_cluster AND l.revision = p_expected;
    END IF;
  END IF;
  IF NOT v_done THEN
    UPDATE cluster_revisions r SET revision = v_revision - 1 WHERE r.cluster_id = p_cluster;
    RETURN QUERY SELECT * FROM store_write(
      p_cluster, p_type, ARRAY[p_key], ARRAY[p_value], ARRAY[p_expected], ARRAY[p_expires], ARRAY[p_cause], ARRAY[p_at],
      false, p_component, p_token, p_write_id, NULL);
    RETURN;
  END IF;
  IF p_type <> 'c' THEN
    previous_revision := p_expected;
  END IF;
  INSERT INTO log (cluster_id, revision, create_revision, version, previous_revision, at, write_id, deleted, key, cause, value)
  VALUES (p_cluster, v_revision, create_revision, version, previous_revision, p_at, p_write_id, p_type = 'd', p_key, p_cause, coalesce(p_value, value));
  ord := 1;
  outcome := 'o';
  revision := v_revision;
  RETURN NEXT;
END $$;

-- As for the functions of the store: it belongs to orrery_app, for whom row-level security holds.
DO $$
DECLARE
  schema text := current_schema();
BEGIN
  EXECUTE format('ALTER FUNCTION store_write_one SET search_path = %I, pg_temp', schema);
  REVOKE ALL ON FUNCTION store_write_one FROM PUBLIC;
  EXECUTE format('GRANT EXECUTE ON FUNCTION store_write_one TO %I', current_user);
  ALTER FUNCTION store_write_one SET plan_cache_mode = force_generic_plan;
  ALTER FUNCTION store_write_one SET enable_seqscan = off;
  BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'orrery_app') THEN
      RAISE insufficient_privilege;
    END IF;
    EXECUTE format('GRANT USAGE, CREATE ON SCHEMA %I TO orrery_app', schema);
    ALTER FUNCTION store_write_one OWNER TO orrery_app;
    EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM orrery_app', schema);
  EXCEPTION WHEN insufficient_privilege THEN
    NULL;
  END;
END $$;
