-- As before, but beginning a turn is not flushed to disk before it is answered: the first write under the token flushes it too, and a token
-- that is lost with the server, along with every connection, has written nothing. The clock's turn is flushed: a step must never be taken
-- twice.
CREATE OR REPLACE FUNCTION begin_turn(p_cluster text, p_component text, p_now bigint, p_under text, p_under_token bigint)
RETURNS TABLE (token bigint, cursor bigint, next_at bigint, lost integer, parked_until bigint, overtook boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER AS $$
#variable_conflict use_column
DECLARE
  v_overtook boolean;
BEGIN
  PERFORM set_config('orrery.cluster', p_cluster, true);
  PERFORM FROM cluster_revisions r WHERE r.cluster_id = p_cluster FOR UPDATE;
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
    SELECT t.token, t.cursor, t.next_at, t.lost, t.parked_until, false
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
  RETURNING t.token, t.cursor, t.next_at, t.lost, t.parked_until, v_overtook;
END $$;

-- As before, but not flushed either: if the end of a turn is lost, the log after its old cursor is read again.
CREATE OR REPLACE FUNCTION end_turn(
  p_cluster text, p_component text, p_token bigint, p_cursor bigint, p_next_at bigint, p_lost integer, p_parked_until bigint)
RETURNS TABLE (kept boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('orrery.cluster', p_cluster, true);
  IF p_component <> 'clock' THEN
    PERFORM set_config('synchronous_commit', 'off', true);
  END IF;
  UPDATE turns t SET cursor = p_cursor, next_at = p_next_at, open = false, lost = p_lost, parked_until = p_parked_until
  WHERE t.cluster_id = p_cluster AND t.component = p_component AND t.token = p_token;
  IF FOUND THEN
    RETURN QUERY SELECT true;
  ELSE
    RETURN QUERY SELECT false FROM cluster_revisions r WHERE r.cluster_id = p_cluster;
  END IF;
END $$;

-- Replacing a function drops its settings.
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['begin_turn', 'end_turn'] LOOP
    EXECUTE format('ALTER FUNCTION %I SET search_path = %I, pg_temp', name, current_schema());
    EXECUTE format('ALTER FUNCTION %I SET plan_cache_mode = force_generic_plan', name);
    EXECUTE format('ALTER FUNCTION %I SET enable_seqscan = off', name);
    EXECUTE format('ALTER FUNCTION %I SET enable_hashjoin = off', name);
    EXECUTE format('ALTER FUNCTION %I SET enable_mergejoin = off', name);
  END LOOP;
END $$;
