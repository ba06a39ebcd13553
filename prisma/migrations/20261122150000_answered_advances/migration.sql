-- As before, but p_done is the newest revision that the holder of the turn has looked at: an advance that was asked for later is not over,
-- since what was written before it is still to be done.
DROP FUNCTION clock_step(text, bigint, bigint, boolean, text, boolean);
CREATE FUNCTION clock_step(p_cluster text, p_token bigint, p_now bigint, p_done bigint, p_failure text, p_stop boolean)
RETURNS TABLE (now bigint, target bigint, until text, asked_revision bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('orrery.cluster', p_cluster, true);
  PERFORM FROM cluster_revisions r WHERE r.cluster_id = p_cluster FOR UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  IF NOT EXISTS (SELECT FROM turns t WHERE t.cluster_id = p_cluster AND t.component = 'clock' AND t.token = p_token) THEN
    RAISE EXCEPTION 'the turn of clock was overtaken' USING ERRCODE = 'OR403';
  END IF;
  IF p_done IS NULL THEN
    PERFORM set_config('synchronous_commit', 'off', true);
  END IF;
  UPDATE clocks k SET now = greatest(k.now, least(p_now, k.target)) WHERE k.cluster_id = p_cluster AND k.target IS NOT NULL;
  UPDATE clocks k SET target = NULL, failure = p_failure
  WHERE coalesce(k.asked_revision, 0) <= p_done AND k.cluster_id = p_cluster AND k.target IS NOT NULL
    AND (p_stop OR k.now = k.target OR p_failure IS NOT NULL);
  RETURN QUERY SELECT k.now, k.target, k.until, k.asked_revision FROM clocks k WHERE k.cluster_id = p_cluster;
END $$;

-- A new function has no settings, and belongs to whoever made it.
DO $$
DECLARE
  schema text := current_schema();
BEGIN
  EXECUTE format('ALTER FUNCTION clock_step SET search_path = %I, pg_temp', schema);
  REVOKE ALL ON FUNCTION clock_step FROM PUBLIC;
  EXECUTE format('GRANT EXECUTE ON FUNCTION clock_step TO %I', current_user);
  ALTER FUNCTION clock_step SET plan_cache_mode = force_generic_plan;
  ALTER FUNCTION clock_step SET enable_seqscan = off;
  ALTER FUNCTION clock_step SET enable_hashjoin = off;
  ALTER FUNCTION clock_step SET enable_mergejoin = off;
  BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'orrery_app') THEN
      RAISE insufficient_privilege;
    END IF;
    EXECUTE format('GRANT USAGE, CREATE ON SCHEMA %I TO orrery_app', schema);
    ALTER FUNCTION clock_step OWNER TO orrery_app;
    EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM orrery_app', schema);
  EXCEPTION WHEN insufficient_privilege THEN
    NULL;
  END;
END $$;
