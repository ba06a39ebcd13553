-- The seed of a cluster, which its names, uids, addresses and ports are drawn from; those there are get random ones.
ALTER TABLE clusters ADD COLUMN seed text;
UPDATE clusters SET seed = replace(gen_random_uuid()::text, '-', '');
ALTER TABLE clusters ALTER COLUMN seed SET NOT NULL;

-- As before, but p_expected of a creation is the revision since which nothing may have happened at its key: uids are drawn from it.
CREATE OR REPLACE FUNCTION store_write(
  p_cluster text, p_types text, p_keys text[], p_values text[], p_expected bigint[], p_expires bigint[], p_causes text[], p_ats bigint[],
  p_atomic boolean, p_component text, p_token bigint, p_write_id uuid, p_resolve_after bigint)
RETURNS TABLE (ord bigint, outcome text, revision bigint, create_revision bigint, version bigint, previous_revision bigint, value text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER AS $$
#variable_conflict use_column
DECLARE
  v_count bigint := length(p_types);
  v_before bigint;
BEGIN
  PERFORM set_config('orrery.cluster', p_cluster, true);
  UPDATE cluster_revisions r SET revision = r.revision + v_count WHERE r.cluster_id = p_cluster RETURNING r.revision - v_count INTO v_before;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no cluster %', p_cluster USING ERRCODE = 'OR404';
  END IF;
  IF p_resolve_after IS NOT NULL AND EXISTS (
    SELECT FROM log l WHERE l.cluster_id = p_cluster AND l.revision > p_resolve_after AND l.write_id = p_write_id)
  THEN
    UPDATE cluster_revisions r SET revision = v_before WHERE r.cluster_id = p_cluster;
    RETURN QUERY SELECT * FROM store_written(p_cluster, p_types, p_keys, p_write_id, p_resolve_after);
    RETURN;
  END IF;
  IF p_component IS NOT NULL AND NOT EXISTS (
    SELECT FROM turns t WHERE t.cluster_id = p_cluster AND t.component = p_component AND t.token = p_token)
  THEN
    RAISE EXCEPTION 'the turn of % was overtaken', p_component USING ERRCODE = 'OR403';
  END IF;
  RETURN QUERY
  WITH judged AS MATERIALIZED (
    SELECT i.*, o.mod_revision, o.create_revision, o.version,
      CASE
        WHEN i.type = 'c' THEN CASE
          WHEN o.key IS NOT NULL THEN 'e'
          WHEN i.expected IS NOT NULL AND EXISTS (
            SELECT FROM log l WHERE l.cluster_id = p_cluster AND l.key = i.key AND l.revision > i.expected)
          THEN 'c'
        END
        WHEN o.key IS NULL THEN 'm'
        WHEN i.expected <> o.mod_revision THEN 'c'
      END AS failure
    FROM unnest(string_to_array(p_types, NULL), p_keys, p_values, p_expected, p_expires, p_causes, p_ats) WITH ORDINALITY
      AS i (type, key, value, expected, expires, cause, at, ord)
    LEFT JOIN LATERAL (SELECT * FROM objects c WHERE c.cluster_id = p_cluster AND c.key = i.key LIMIT 1) o ON true
  ), granted AS MATERIALIZED (
    SELECT j.ord, j.type, j.key, j.expires, j.cause, j.at, j.mod_revision,
      v_before + row_number() OVER (ORDER BY j.ord) AS revision,
      j.create_revision,
      coalesce(j.version, 0) + CASE j.type WHEN 'd' THEN 0 ELSE 1 END AS version,
      CASE j.type
        WHEN 'd' THEN (SELECT l.value FROM log l WHERE l.cluster_id = p_cluster AND l.revision = j.mod_revision)
        ELSE j.value
      END AS value
    FROM judged j
    WHERE j.failure IS NULL AND NOT (p_atomic AND EXISTS (SELECT FROM judged f WHERE f.failure IS NOT NULL))
  ), logged AS (
    INSERT INTO log (cluster_id, revision, create_revision, version, previous_revision, at, write_id, deleted, key, cause, value)
    SELECT p_cluster, g.revision, coalesce(g.create_revision, g.revision), g.version, g.mod_revision, g.at, p_write_id, g.type = 'd', g.key, g.cause, g.value
    FROM granted g
  ), put AS (
    INSERT INTO objects AS o (cluster_id, key, mod_revision, create_revision, version, expires_at)
    SELECT p_cluster, g.key, g.revision, coalesce(g.create_revision, g.revision), g.version, g.expires FROM granted g WHERE g.type <> 'd'
    ON CONFLICT (cluster_id, key) DO UPDATE SET mod_revision = excluded.mod_revision, version = excluded.version, expires_at = excluded.expires_at
  ), removed AS (
    DELETE FROM objects o WHERE o.cluster_id = p_cluster AND o.key = ANY (ARRAY(SELECT g.key FROM granted g WHERE g.type = 'd'))
  ), given_back AS (
    UPDATE cluster_revisions r SET revision = v_before + (SELECT count(*) FROM granted)
    WHERE r.cluster_id = p_cluster AND (SELECT count(*) FROM granted) < v_count
  )
  SELECT g.ord, 'o', g.revision, coalesce(g.create_revision, g.revision), g.version, g.mod_revision, CASE g.type WHEN 'd' THEN g.value END
  FROM granted g
  UNION ALL
  SELECT j.ord, coalesce(j.failure, 'a'), j.mod_revision, j.create_revision, j.version, NULL,
    (SELECT l.value FROM log l WHERE l.cluster_id = p_cluster AND l.revision = j.mod_revision)
  FROM judged j
  WHERE j.failure IS NOT NULL OR (p_atomic AND EXISTS (SELECT FROM judged f WHERE f.failure IS NOT NULL));
END $$;

-- What became of a call that was committed: its entries, and for every other operation that it failed, with what stands there now.
CREATE OR REPLACE FUNCTION store_written(p_cluster text, p_types text, p_keys text[], p_write_id uuid, p_after bigint)
RETURNS TABLE (ord bigint, outcome text, revision bigint, create_revision bigint, version bigint, previous_revision bigint, value text)
LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$
BEGIN
  PERFORM set_config('orrery.cluster', p_cluster, true);
  RETURN QUERY
  SELECT i.ord,
    CASE
      WHEN l.revision IS NOT NULL THEN 'o'
      WHEN i.type = 'c' THEN CASE WHEN o.key IS NULL THEN 'c' ELSE 'e' END
      WHEN o.key IS NULL THEN 'm'
      ELSE 'c'
    END,
    coalesce(l.revision, o.mod_revision), coalesce(l.create_revision, o.create_revision), coalesce(l.version, o.version), l.previous_revision,
    CASE WHEN l.revision IS NULL THEN (SELECT v.value FROM log v WHERE v.cluster_id = p_cluster AND v.revision = o.mod_revision)
      WHEN i.type = 'd' THEN l.value END
  FROM unnest(string_to_array(p_types, NULL), p_keys) WITH ORDINALITY AS i (type, key, ord)
  LEFT JOIN LATERAL (
    SELECT * FROM log e WHERE e.cluster_id = p_cluster AND e.key = i.key AND e.revision > p_after AND e.write_id = p_write_id LIMIT 1) l ON true
  LEFT JOIN LATERAL (SELECT * FROM objects c WHERE c.cluster_id = p_cluster AND c.key = i.key LIMIT 1) o ON true;
END $$;

CREATE OR REPLACE FUNCTION store_write_one(
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
    IF p_expected IS NULL OR NOT EXISTS (
      SELECT FROM log l WHERE l.cluster_id = p_cluster AND l.key = p_key AND l.revision > p_expected)
    THEN
      INSERT INTO objects (cluster_id, key, mod_revision, create_revision, version, expires_at)
      VALUES (p_cluster, p_key, v_revision, v_revision, 1, p_expires)
      ON CONFLICT DO NOTHING;
      v_done := FOUND;
    END IF;
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

-- As for the functions of the store.
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['store_write', 'store_written'] LOOP
    EXECUTE format('ALTER FUNCTION %I SET search_path = %I, pg_temp', name, current_schema());
    EXECUTE format('ALTER FUNCTION %I SET plan_cache_mode = force_generic_plan', name);
    EXECUTE format('ALTER FUNCTION %I SET enable_seqscan = off', name);
    EXECUTE format('ALTER FUNCTION %I SET enable_hashjoin = off', name);
    EXECUTE format('ALTER FUNCTION %I SET enable_mergejoin = off', name);
  END LOOP;
  EXECUTE format('ALTER FUNCTION store_write_one SET search_path = %I, pg_temp', current_schema());
  ALTER FUNCTION store_write_one SET plan_cache_mode = force_generic_plan;
  ALTER FUNCTION store_write_one SET enable_seqscan = off;
END $$;
