-- until: what ends an advance before its target. asked_revision: the newest revision when the advance was requested.
ALTER TABLE clocks ADD COLUMN until text, ADD COLUMN asked_revision bigint;

DROP FUNCTION clock_state(text);
CREATE FUNCTION clock_state(p_cluster text)
RETURNS TABLE (revision bigint, now bigint, target bigint, failure text, until text, asked_revision bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('orrery.cluster', p_cluster, true);
  RETURN QUERY
  SELECT r.revision, k.now, k.target, k.failure, k.until, k.asked_revision
  FROM cluster_revisions r LEFT JOIN clocks k ON k.cluster_id = r.cluster_id WHERE r.cluster_id = p_cluster;
END $$;

-- As before, with the condition that ends the advance.
DROP FUNCTION clock_ask(text, text, bigint, bigint);
CREATE FUNCTION clock_ask(p_cluster text, p_request text, p_from bigint, p_by bigint, p_until text) RETURNS TABLE (target bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER AS $$
#variable_conflict use_column
DECLARE
  v_revision bigint;
BEGIN
  PERFORM set_config('orrery.cluster', p_cluster, true);
  SELECT r.revision INTO v_revision FROM cluster_revisions r WHERE r.cluster_id = p_cluster FOR UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  INSERT INTO turns (cluster_id, component, token, cursor) VALUES (p_cluster, 'clock', 0, 0) ON CONFLICT DO NOTHING;
  RETURN QUERY
  INSERT INTO clocks AS k (cluster_id, now, target, request, until, asked_revision)
  VALUES (p_cluster, p_from, p_from + p_by, p_request, p_until, v_revision)
  ON CONFLICT (cluster_id) DO UPDATE SET
    target = CASE WHEN k.request = p_request THEN k.target ELSE coalesce(k.target, k.now) + p_by END,
    failure = CASE WHEN k.request = p_request THEN k.failure END,
    until = p_until,
    asked_revision = CASE WHEN k.request = p_request THEN k.asked_revision ELSE v_revision END,
    request = p_request
  RETURNING coalesce(k.target, k.now);
END $$;

-- As before; p_stop: the advance ends here, before its target.
DROP FUNCTION clock_step(text, bigint, bigint, boolean, text);
CREATE FUNCTION clock_step(p_cluster text, p_token bigint, p_now bigint, p_done boolean, p_failure text, p_stop boolean)
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
  UPDATE clocks k SET now = greatest(k.now, least(p_now, k.target)) WHERE k.cluster_id = p_cluster AND k.target IS NOT NULL;
  UPDATE clocks k SET target = NULL, failure = p_failure
  WHERE p_done AND k.cluster_id = p_cluster AND k.target IS NOT NULL AND (p_stop OR k.now = k.target OR p_failure IS NOT NULL);
  RETURN QUERY SELECT k.now, k.target, k.until FROM clocks k WHERE k.cluster_id = p_cluster;
END $$;

-- Stops an advance; whether there was one.
CREATE FUNCTION clock_cancel(p_cluster text, p_failure text) RETURNS TABLE (cancelled boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER AS $$
BEGIN
  PERFORM set_config('orrery.cluster', p_cluster, true);
  PERFORM FROM cluster_revisions r WHERE r.cluster_id = p_cluster FOR UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  UPDATE clocks k SET target = NULL, failure = p_failure WHERE k.cluster_id = p_cluster AND k.target IS NOT NULL;
  RETURN QUERY SELECT FOUND;
END $$;

-- Sets a clock that stands still, never backwards, and supersedes every turn. No row: it is being advanced, or there is no cluster.
CREATE FUNCTION clock_set(p_cluster text, p_now bigint) RETURNS TABLE (now bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('orrery.cluster', p_cluster, true);
  PERFORM FROM cluster_revisions r WHERE r.cluster_id = p_cluster FOR UPDATE;
  IF NOT FOUND OR EXISTS (SELECT FROM clocks k WHERE k.cluster_id = p_cluster AND k.target IS NOT NULL) THEN
    RETURN;
  END IF;
  UPDATE turns t SET token = t.token + 1, open = false, lost = 0, parked_until = NULL WHERE t.cluster_id = p_cluster;
  RETURN QUERY
  INSERT INTO clocks AS k (cluster_id, now) VALUES (p_cluster, p_now)
  ON CONFLICT (cluster_id) DO UPDATE SET now = greatest(k.now, p_now), failure = NULL
  RETURNING k.now;
END $$;

-- As before; a clock may be scaled: from the time `now` at the machine's time `since` it goes `rate` times as fast as the machine's.
CREATE OR REPLACE FUNCTION store_lagging(p_now bigint, p_components text[], p_limit bigint)
RETURNS TABLE (cluster_id text, component text, cursor bigint, due boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('orrery.platform', 'on', true);
  RETURN QUERY
  WITH found AS MATERIALIZED (
    SELECT t.cluster_id, t.component, d.due
    FROM turns t
    JOIN cluster_revisions r ON r.cluster_id = t.cluster_id
    LEFT JOIN clusters c ON c.id = t.cluster_id
    CROSS JOIN LATERAL (
      SELECT coalesce(t.next_at <= CASE coalesce(c.clock ->> 'mode', 'real')
          WHEN 'real' THEN p_now
          WHEN 'scaled' THEN (c.clock ->> 'now')::numeric + (p_now - (c.clock ->> 'since')::numeric) * (c.clock ->> 'rate')::numeric
        END, false)
        OR (t.component = 'clock' AND EXISTS (SELECT FROM clocks k WHERE k.cluster_id = t.cluster_id AND k.target IS NOT NULL)) AS due) d
    WHERE t.component = ANY (p_components) AND (t.cursor < r.revision OR d.due) AND coalesce(t.parked_until, 0) <= p_now
    ORDER BY t.asked_at, t.cluster_id, t.component
    LIMIT p_limit
  )
  UPDATE turns t SET asked_at = p_now FROM found f
  WHERE t.cluster_id = f.cluster_id AND t.component = f.component
  RETURNING t.cluster_id, t.component, t.cursor, f.due;
END $$;

DO $$
DECLARE
  scoped text[] := ARRAY['clock_state', 'clock_ask', 'clock_step', 'clock_cancel', 'clock_set'];
  name text;
  schema text := current_schema();
BEGIN
  FOREACH name IN ARRAY scoped || ARRAY['store_lagging'] LOOP
    EXECUTE format('ALTER FUNCTION %I SET search_path = %I, pg_temp', name, schema);
    EXECUTE format('REVOKE ALL ON FUNCTION %I FROM PUBLIC', name);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %I TO %I', name, current_user);
  END LOOP;
  FOREACH name IN ARRAY scoped LOOP
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
    FOREACH name IN ARRAY scoped LOOP
      EXECUTE format('ALTER FUNCTION %I OWNER TO orrery_app', name);
    END LOOP;
    EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM orrery_app', schema);
  EXCEPTION WHEN insufficient_privilege THEN
    NULL;
  END;
END $$;
