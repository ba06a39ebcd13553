-- What a turn tells of its holder, the clocks that are turned, when logs stood where, and which templates are in use.

-- open: begun by a host that shares the cluster with others, and neither ended nor given up. lost: turns in a row whose holders did not end
-- them. parked_until: machine time before which no turn is begun. asked_at: when a sweep last asked for a turn. All in milliseconds.
ALTER TABLE turns
  ADD COLUMN open boolean NOT NULL DEFAULT false,
  ADD COLUMN lost integer NOT NULL DEFAULT 0,
  ADD COLUMN parked_until bigint,
  ADD COLUMN asked_at bigint NOT NULL DEFAULT 0;

-- A cluster's time where it is turned by hand. While it is turned, target says how far. failure: why the last turning was given up.
CREATE TABLE clocks (
  cluster_id text COLLATE "C" PRIMARY KEY,
  now bigint NOT NULL,
  target bigint,
  request text,
  failure text
);

-- Where a cluster's log stood at a machine time: what compaction measures the age of revisions by.
CREATE TABLE log_marks (
  cluster_id text COLLATE "C" NOT NULL,
  revision bigint NOT NULL,
  marked_at bigint NOT NULL,
  CONSTRAINT log_marks_pkey PRIMARY KEY (cluster_id, revision)
);

-- Clusters that others are copied from, and when that was last done (machine time).
CREATE TABLE templates (
  cluster_id text COLLATE "C" PRIMARY KEY,
  used_at bigint NOT NULL
);
INSERT INTO templates (cluster_id, used_at) SELECT cluster_id, 0 FROM cluster_revisions WHERE cluster_id LIKE 'template-%';

ALTER TABLE clocks ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_cluster ON clocks USING (cluster_id = current_setting('orrery.cluster', true));

-- Advances the token. The revision row is locked first, so that a write under the old token is either done or will fail.
-- p_now: the machine's time, where several hosts may hold turns: a turn that is parked is not begun then (parked_until is answered), and
-- one that was not ended is counted as lost. p_under, p_under_token: the turn that this one is part of; OR403 where that was overtaken.
DROP FUNCTION begin_turn(text, text);
CREATE FUNCTION begin_turn(p_cluster text, p_component text, p_now bigint, p_under text, p_under_token bigint)
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
  RETURN QUERY
  INSERT INTO turns AS t (cluster_id, component, token, cursor, open) VALUES (p_cluster, p_component, 1, 0, p_now IS NOT NULL)
  ON CONFLICT (cluster_id, component) DO UPDATE SET
    token = t.token + 1,
    lost = CASE WHEN v_overtook THEN t.lost + 1 ELSE t.lost END,
    open = p_now IS NOT NULL,
    parked_until = NULL
  RETURNING t.token, t.cursor, t.next_at, t.lost, t.parked_until, v_overtook;
END $$;

-- Whether the cluster is there, and whether the turn was still its holder's.
DROP FUNCTION end_turn(text, text, bigint, bigint, bigint);
CREATE FUNCTION end_turn(
  p_cluster text, p_component text, p_token bigint, p_cursor bigint, p_next_at bigint, p_lost integer, p_parked_until bigint)
RETURNS TABLE (kept boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('orrery.cluster', p_cluster, true);
  UPDATE turns t SET cursor = p_cursor, next_at = p_next_at, open = false, lost = p_lost, parked_until = p_parked_until
  WHERE t.cluster_id = p_cluster AND t.component = p_component AND t.token = p_token;
  IF FOUND THEN
    RETURN QUERY SELECT true;
  ELSE
    RETURN QUERY SELECT false FROM cluster_revisions r WHERE r.cluster_id = p_cluster;
  END IF;
END $$;

-- Moves a component's place in the log on where no turn has moved it meanwhile.
CREATE FUNCTION skip_turn(p_cluster text, p_component text, p_from bigint, p_to bigint) RETURNS TABLE (revision bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('orrery.cluster', p_cluster, true);
  UPDATE turns t SET cursor = p_to WHERE t.cluster_id = p_cluster AND t.component = p_component AND t.cursor = p_from;
  RETURN QUERY SELECT r.revision FROM cluster_revisions r WHERE r.cluster_id = p_cluster;
END $$;

-- No row: no such cluster. now is null where the clock was never turned.
CREATE FUNCTION clock_state(p_cluster text) RETURNS TABLE (revision bigint, now bigint, target bigint, failure text)
LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('orrery.cluster', p_cluster, true);
  RETURN QUERY
  SELECT r.revision, k.now, k.target, k.failure
  FROM cluster_revisions r LEFT JOIN clocks k ON k.cluster_id = r.cluster_id WHERE r.cluster_id = p_cluster;
END $$;

-- Asks for so many milliseconds more; p_from is where a clock stands that was never turned. A request that was asked before is answered as
-- it was then (its answer may have been lost).
CREATE FUNCTION clock_ask(p_cluster text, p_request text, p_from bigint, p_by bigint) RETURNS TABLE (target bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('orrery.cluster', p_cluster, true);
  PERFORM FROM cluster_revisions r WHERE r.cluster_id = p_cluster FOR UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  INSERT INTO turns (cluster_id, component, token, cursor) VALUES (p_cluster, 'clock', 0, 0) ON CONFLICT DO NOTHING;
  RETURN QUERY
  INSERT INTO clocks AS k (cluster_id, now, target, request) VALUES (p_cluster, p_from, p_from + p_by, p_request)
  ON CONFLICT (cluster_id) DO UPDATE SET
    target = CASE WHEN k.request = p_request THEN k.target ELSE coalesce(k.target, k.now) + p_by END,
    failure = CASE WHEN k.request = p_request THEN k.failure END,
    request = p_request
  RETURNING coalesce(k.target, k.now);
END $$;

-- Sets the clock under the clock's own turn (OR403 where that was overtaken), never back and never past its target. p_done: all is quiet
-- there, or (p_failure) it is given up; a target that was moved on meanwhile stays.
CREATE FUNCTION clock_step(p_cluster text, p_token bigint, p_now bigint, p_done boolean, p_failure text) RETURNS TABLE (now bigint, target bigint)
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
  WHERE p_done AND k.cluster_id = p_cluster AND (k.now = k.target OR p_failure IS NOT NULL);
  RETURN QUERY SELECT k.now, k.target FROM clocks k WHERE k.cluster_id = p_cluster;
END $$;

CREATE OR REPLACE FUNCTION store_destroy(p_cluster text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER AS $$
BEGIN
  PERFORM set_config('orrery.cluster', p_cluster, true);
  -- First the row whose lock every write needs.
  DELETE FROM cluster_revisions WHERE cluster_id = p_cluster;
  DELETE FROM turns WHERE cluster_id = p_cluster;
  DELETE FROM clocks WHERE cluster_id = p_cluster;
  DELETE FROM log_marks WHERE cluster_id = p_cluster;
  DELETE FROM templates WHERE cluster_id = p_cluster;
  DELETE FROM objects WHERE cluster_id = p_cluster;
  DELETE FROM log WHERE cluster_id = p_cluster;
END $$;

-- The functions from here on look across clusters.

-- Turns of these components with something left to do, those first that were asked for longest ago: a row that nobody serves goes to the
-- end. due: its time has come. What time it is in a cluster whose clock stands still is not for p_now to say.
DROP FUNCTION store_lagging(bigint, bigint);
CREATE FUNCTION store_lagging(p_now bigint, p_components text[], p_limit bigint)
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
      SELECT coalesce(t.next_at <= p_now AND coalesce(c.clock ->> 'mode', 'real') = 'real', false)
        OR (t.component = 'clock' AND EXISTS (SELECT FROM clocks k WHERE k.cluster_id = t.cluster_id AND k.target IS NOT NULL)) AS due) d
    WHERE t.component = ANY (p_components) AND (t.cursor < r.revision OR d.due) AND coalesce(t.parked_until, 0) <= p_now
    ORDER BY t.asked_at, t.cluster_id, t.component
    LIMIT p_limit
  )
  UPDATE turns t SET asked_at = p_now FROM found f
  WHERE t.cluster_id = f.cluster_id AND t.component = f.component
  RETURNING t.cluster_id, t.component, t.cursor, f.due;
END $$;

-- The revisions of those clusters that are there.
CREATE FUNCTION store_revisions(p_clusters text[]) RETURNS TABLE (cluster_id text, revision bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('orrery.platform', 'on', true);
  RETURN QUERY SELECT r.cluster_id, r.revision FROM cluster_revisions r WHERE r.cluster_id = ANY (p_clusters);
END $$;

-- Marks where logs stand, each at most once in p_every, and answers how far they may be compacted: what is older than p_age and not among
-- the newest p_keep revisions; the longest overdue first. Templates have no log to speak of.
DROP FUNCTION store_uncompacted(bigint);
CREATE FUNCTION store_compactable(p_now bigint, p_every bigint, p_age bigint, p_keep bigint, p_limit bigint)
RETURNS TABLE (cluster_id text, revision bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('orrery.platform', 'on', true);
  INSERT INTO log_marks (cluster_id, revision, marked_at)
  SELECT r.cluster_id, r.revision, p_now FROM cluster_revisions r
  WHERE r.revision > r.compact_revision AND NOT EXISTS (
    SELECT FROM log_marks m WHERE m.cluster_id = r.cluster_id AND (m.revision >= r.revision OR m.marked_at > p_now - p_every))
  ON CONFLICT DO NOTHING;
  DELETE FROM log_marks m WHERE m.marked_at <= p_now - p_age AND EXISTS (
    SELECT FROM log_marks n WHERE n.cluster_id = m.cluster_id AND n.revision > m.revision AND n.marked_at <= p_now - p_age);
  RETURN QUERY
  SELECT r.cluster_id, least(m.revision, r.revision - p_keep)
  FROM log_marks m JOIN cluster_revisions r ON r.cluster_id = m.cluster_id
  WHERE m.marked_at <= p_now - p_age AND least(m.revision, r.revision - p_keep) > r.compact_revision
  ORDER BY m.marked_at, r.cluster_id LIMIT p_limit;
END $$;

CREATE FUNCTION template_used(p_cluster text, p_now bigint) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER AS $$
  INSERT INTO templates AS t (cluster_id, used_at) VALUES (p_cluster, p_now)
  ON CONFLICT (cluster_id) DO UPDATE SET used_at = greatest(t.used_at, p_now);
$$;

-- Templates last used before p_before, and those before p_recent that are not among the p_keep used last.
CREATE FUNCTION templates_unused(p_before bigint, p_recent bigint, p_keep bigint) RETURNS TABLE (cluster_id text)
LANGUAGE sql STABLE SECURITY DEFINER AS $$
  SELECT u.cluster_id
  FROM (SELECT t.cluster_id, t.used_at, row_number() OVER (ORDER BY t.used_at DESC, t.cluster_id) AS place FROM templates t) u
  WHERE u.used_at < p_before OR (u.used_at < p_recent AND u.place > p_keep)
  ORDER BY u.used_at, u.cluster_id;
$$;

-- As for the functions of the store: those of one cluster belong to orrery_app, for whom row-level security holds.
DO $$
DECLARE
  scoped text[] := ARRAY['begin_turn', 'end_turn', 'skip_turn', 'clock_state', 'clock_ask', 'clock_step', 'store_destroy'];
  platform text[] := ARRAY['store_lagging', 'store_revisions', 'store_compactable', 'template_used', 'templates_unused'];
  name text;
  schema text := current_schema();
BEGIN
  FOREACH name IN ARRAY scoped || platform LOOP
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
    GRANT SELECT, INSERT, UPDATE, DELETE ON clocks TO orrery_app;
    GRANT SELECT, DELETE ON log_marks, templates TO orrery_app;
    FOREACH name IN ARRAY scoped LOOP
      EXECUTE format('ALTER FUNCTION %I OWNER TO orrery_app', name);
    END LOOP;
    EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM orrery_app', schema);
  EXCEPTION WHEN insufficient_privilege THEN
    ALTER TABLE clocks FORCE ROW LEVEL SECURITY;
    EXECUTE $policy$CREATE POLICY platform ON clocks USING (current_setting('orrery.platform', true) = 'on')$policy$;
  END;
END $$;
