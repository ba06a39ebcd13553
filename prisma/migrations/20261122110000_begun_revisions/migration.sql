-- As before, with the cluster's revision, which need not be read after it.
DROP FUNCTION begin_turn(text, text, bigint, text, bigint);
CREATE FUNCTION begin_turn(p_cluster text, p_component text, p_now bigint, p_under text, p_under_token bigint)
RETURNS TABLE (token bigint, cursor bigint, next_at bigint, lost integer, parked_until bigint, overtook boolean, revision bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER AS $$
#variable_conflict use_column
DECLARE
  v_overtook boolean;
  v_revision bigint;
BEGIN
  PERFORM set_config('orrery.cluster', p_cluster, true);
  SELECT r.revision INTO v_revision FROM cluster_revisions r WHERE r.cluster_id = p_cluster FOR UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  v_overtook := p_now IS NOT NULL AND EXISTS (
    SELECT FROM turns t WHERE t.cluster_id = p_cluster AND t.component = p_component AND t.open);
  IF p_under IS NOT NULL AND NOT EXISTS (
    SELECT FROM turns t WHERE t.cluster_id = p_cluster AND t.component = p_under AND t.token = p_under_token)
  THEN
    RAISE EXCEPTION 'the turn of % was overtaken', p_under USING ERRCODE = 'OR403';
  END IF;
  IF p_now IS NOT NULL THEN
    RETURN QUERY
    SELECT t.token, t.cursor, t.next_at, t.lost, t.parked_until, false, v_revision
    FROM turns t WHERE t.cluster_id = p_cluster AND t.component = p_component AND t.parked_until > p_now;
    IF FOUND THEN
      RETURN;
    END IF;
  END IF;
  IF p_component <> 'clock' THEN
    PERFORM set_config('synchronous_commit', 'off', true);
  END IF;
  RETURN QUERY
  INSERT INTO turns AS t (cluster_id, component, token, cursor, open) VALUES (p_cluster, p_component, 1, 0, p_now IS NOT NULL)
  ON CONFLICT (cluster_id, component) DO UPDATE SET
    token = t.token + 1,
    lost = CASE WHEN v_overtook THEN t.lost + 1 ELSE t.lost END,
    open = p_now IS NOT NULL,
    parked_until = NULL
  RETURNING t.token, t.cursor, t.next_at, t.lost, t.parked_until, v_overtook, v_revision;
END $$;

-- Moves the places of several components in the log on, of those that no turn has moved meanwhile.
CREATE FUNCTION skip_turns(p_cluster text, p_components text[], p_from bigint[], p_to bigint) RETURNS TABLE (revision bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('orrery.cluster', p_cluster, true);
  -- If this is lost, the log is looked at again.
  PERFORM set_config('synchronous_commit', 'off', true);
  UPDATE turns t SET cursor = p_to FROM unnest(p_components, p_from) AS f (component, cursor)
  WHERE t.cluster_id = p_cluster AND t.component = f.component AND t.cursor = f.cursor;
  RETURN QUERY SELECT r.revision FROM cluster_revisions r WHERE r.cluster_id = p_cluster;
END $$;
DROP FUNCTION skip_turn(text, text, bigint, bigint);

-- As for the functions of the store: they belong to orrery_app, for whom row-level security holds.
DO $$
DECLARE
  name text;
  schema text := current_schema();
BEGIN
  FOREACH name IN ARRAY ARRAY['begin_turn', 'skip_turns'] LOOP
    EXECUTE format('ALTER FUNCTION %I SET search_path = %I, pg_temp', name, schema);
    EXECUTE format('REVOKE ALL ON FUNCTION %I FROM PUBLIC', name);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %I TO %I', name, current_user);
    EXECUTE format('ALTER FUNCTION %I SET plan_cache_mode = force_generic_plan', name);
    EXECUTE format('ALTER FUNCTION %I SET enable_seqscan = off', name);
    EXECUTE format('ALTER FUNCTION %I SET enable_hashjoin = off', name);
    EXECUTE format('ALTER FUNCTION %I SET enable_mergejoin = off', name);
  END LOOP;
  BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'orrery_app') THEN
      RAISE insufficient_privilege;
    END IF;
    EXECUTE format('GRANT USAGE, CREATE ON SCHEMA %I TO orrery_app', schema);
    FOREACH name IN ARRAY ARRAY['begin_turn', 'skip_turns'] LOOP
      EXECUTE format('ALTER FUNCTION %I OWNER TO orrery_app', name);
    END LOOP;
    EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM orrery_app', schema);
  EXCEPTION WHEN insufficient_privilege THEN
    NULL;
  END;
END $$;
