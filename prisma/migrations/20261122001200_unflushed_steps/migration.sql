-- As before, but a step on the way is not flushed to disk before it is answered: the first write at its time flushes it too, and a step that
-- is lost with the server, along with every connection, was followed by no write. The end of an advance is flushed.
CREATE OR REPLACE FUNCTION clock_step(p_cluster text, p_token bigint, p_now bigint, p_done boolean, p_failure text, p_stop boolean)
RETURNS TABLE (now bigint, target bigint, until text)
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
  IF NOT p_done THEN
    PERFORM set_config('synchronous_commit', 'off', true);
  END IF;
  UPDATE clocks k SET now = greatest(k.now, least(p_now, k.target)) WHERE k.cluster_id = p_cluster AND k.target IS NOT NULL;
  UPDATE clocks k SET target = NULL, failure = p_failure
  WHERE p_done AND k.cluster_id = p_cluster AND k.target IS NOT NULL AND (p_stop OR k.now = k.target OR p_failure IS NOT NULL);
  RETURN QUERY SELECT k.now, k.target, k.until FROM clocks k WHERE k.cluster_id = p_cluster;
END $$;

-- Replacing a function drops its settings.
DO $$
BEGIN
  EXECUTE format('ALTER FUNCTION clock_step SET search_path = %I, pg_temp', current_schema());
  ALTER FUNCTION clock_step SET plan_cache_mode = force_generic_plan;
  ALTER FUNCTION clock_step SET enable_seqscan = off;
  ALTER FUNCTION clock_step SET enable_hashjoin = off;
  ALTER FUNCTION clock_step SET enable_mergejoin = off;
END $$;
