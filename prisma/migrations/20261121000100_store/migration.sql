-- The object store. Only the functions below touch these tables; libs/storage/postgres calls them, one call a round trip.

-- One row a cluster, rewritten by every write: its lock puts the writes of a cluster in order.
CREATE TABLE cluster_revisions (
  cluster_id text COLLATE "C" PRIMARY KEY,
  revision bigint NOT NULL DEFAULT 0,
  compact_revision bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 30, autovacuum_vacuum_threshold = 500);

-- What stands now; the value is in the log, at mod_revision.
CREATE TABLE objects (
  cluster_id text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  mod_revision bigint NOT NULL,
  create_revision bigint NOT NULL,
  version bigint NOT NULL,
  expires_at bigint,
  CONSTRAINT objects_pkey PRIMARY KEY (cluster_id, key)
) PARTITION BY HASH (cluster_id);
CREATE INDEX objects_expires_at_idx ON objects (cluster_id, expires_at) WHERE expires_at IS NOT NULL;

-- Every change that is not compacted. A deletion bears the last value. No row is ever changed.
CREATE TABLE log (
  cluster_id text COLLATE "C" NOT NULL,
  revision bigint NOT NULL,
  create_revision bigint NOT NULL,
  version bigint NOT NULL,
  previous_revision bigint,
  at bigint NOT NULL,
  write_id uuid NOT NULL,
  deleted boolean NOT NULL,
  key text COLLATE "C" NOT NULL,
  cause text NOT NULL,
  value text NOT NULL,
  CONSTRAINT log_pkey PRIMARY KEY (cluster_id, revision)
) PARTITION BY HASH (cluster_id);
-- The partitions made below take it over. A statement of its own: PostgreSQL 14 and 15 know no STORAGE in CREATE TABLE.
ALTER TABLE log ALTER COLUMN value SET STORAGE EXTERNAL;
CREATE INDEX log_cluster_id_key_revision_idx ON log (cluster_id, key, revision);

CREATE TABLE turns (
  cluster_id text COLLATE "C" NOT NULL,
  component text COLLATE "C" NOT NULL,
  token bigint NOT NULL,
  cursor bigint NOT NULL,
  next_at bigint,
  CONSTRAINT turns_pkey PRIMARY KEY (cluster_id, component)
) WITH (fillfactor = 50, autovacuum_vacuum_threshold = 500);

-- Eight partitions: a generic plan locks them all at each execution, so more would cost every statement.
-- toast_tuple_target: objects of up to 8 kB stay in their row, uncompressed (compressing a pod costs more than writing it).
DO $$
BEGIN
  FOR n IN 0..7 LOOP
    EXECUTE format('CREATE TABLE objects_%s PARTITION OF objects FOR VALUES WITH (MODULUS 8, REMAINDER %s) WITH (fillfactor = 80)', n, n);
    EXECUTE format('CREATE TABLE log_%s PARTITION OF log FOR VALUES WITH (MODULUS 8, REMAINDER %s) WITH (toast_tuple_target = 8160)', n, n);
  END LOOP;
END $$;

-- A statement sees the rows of the cluster that its transaction was begun for, whatever it asks for.
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['cluster_revisions', 'objects', 'log', 'turns'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format($policy$CREATE POLICY own_cluster ON %I USING (cluster_id = current_setting('orrery.cluster', true))$policy$, name);
  END LOOP;
END $$;

-- Applies the operations in their order: all in one transaction, a revision each. The answer has a row for each operation: outcome o(k)
-- with the entry's revisions, or e(xists), c(onflict), m(issing), a(borted) with what stands there; the value only of deletions and
-- failures. Errors: OR404 no such cluster, OR403 the turn was overtaken.
-- The update of the revision row is the lock under which everything else happens, each statement with a snapshot taken after it.
-- p_resolve_after: the call was sent before and its outcome is unknown; if its entries (after that revision) are in the log, they are
-- the answer.
CREATE FUNCTION store_write(
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
        WHEN i.type = 'c' THEN CASE WHEN o.key IS NOT NULL THEN 'e' END
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
CREATE FUNCTION store_written(p_cluster text, p_types text, p_keys text[], p_write_id uuid, p_after bigint)
RETURNS TABLE (ord bigint, outcome text, revision bigint, create_revision bigint, version bigint, previous_revision bigint, value text)
LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$
BEGIN
  PERFORM set_config('orrery.cluster', p_cluster, true);
  RETURN QUERY
  SELECT i.ord,
    CASE
      WHEN l.revision IS NOT NULL THEN 'o'
      WHEN i.type = 'c' THEN 'e'
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

-- The reading functions see one snapshot (they are STABLE: their statements use the caller's). Their first row has ord 0, or no key,
-- and bears the cluster's revision and compact_revision; without a row there is no such cluster. Where p_at can't be read, that is all.

CREATE FUNCTION store_revision(p_cluster text) RETURNS TABLE (revision bigint, compact_revision bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$
BEGIN
  PERFORM set_config('orrery.cluster', p_cluster, true);
  RETURN QUERY SELECT r.revision, r.compact_revision FROM cluster_revisions r WHERE r.cluster_id = p_cluster;
END $$;

CREATE FUNCTION store_get(p_cluster text, p_keys text[], p_at bigint)
RETURNS TABLE (ord bigint, mod_revision bigint, create_revision bigint, version bigint, value text)
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
  RETURN QUERY SELECT 0::bigint, v_cluster.revision, v_cluster.compact_revision, NULL::bigint, NULL::text;
  IF p_at IS NULL OR p_at = v_cluster.revision THEN
    RETURN QUERY
    SELECT i.ord, o.mod_revision, o.create_revision, o.version, l.value
    FROM unnest(p_keys) WITH ORDINALITY AS i (key, ord)
    CROSS JOIN LATERAL (SELECT * FROM objects c WHERE c.cluster_id = p_cluster AND c.key = i.key LIMIT 1) o
    CROSS JOIN LATERAL (SELECT e.value FROM log e WHERE e.cluster_id = p_cluster AND e.revision = o.mod_revision LIMIT 1) l;
  ELSIF p_at BETWEEN v_cluster.compact_revision AND v_cluster.revision THEN
    RETURN QUERY
    SELECT i.ord, v.revision, v.create_revision, v.version, v.value
    FROM unnest(p_keys) WITH ORDINALITY AS i (key, ord)
    CROSS JOIN LATERAL (
      SELECT l.* FROM log l WHERE l.cluster_id = p_cluster AND l.key = i.key AND l.revision <= p_at ORDER BY l.revision DESC LIMIT 1) v
    WHERE NOT v.deleted;
  END IF;
END $$;

-- Keys from p_from up to but without p_to. The first row's version is the number of all of them, where p_limit is given.
CREATE FUNCTION store_list(p_cluster text, p_from text, p_to text, p_limit bigint, p_at bigint)
RETURNS TABLE (key text, mod_revision bigint, create_revision bigint, version bigint, value text)
LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$
#variable_conflict use_column
DECLARE
  v_cluster cluster_revisions;
  v_count bigint;
BEGIN
  PERFORM set_config('orrery.cluster', p_cluster, true);
  SELECT * INTO v_cluster FROM cluster_revisions r WHERE r.cluster_id = p_cluster;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  IF p_at IS NULL OR p_at = v_cluster.revision THEN
    IF p_limit IS NOT NULL THEN
      SELECT count(*) INTO v_count FROM objects o WHERE o.cluster_id = p_cluster AND o.key >= p_from AND o.key < p_to;
    END IF;
    RETURN QUERY SELECT NULL::text, v_cluster.revision, v_cluster.compact_revision, v_count, NULL::text;
    RETURN QUERY
    SELECT o.key, o.mod_revision, o.create_revision, o.version, l.value
    FROM (
      SELECT * FROM objects i WHERE i.cluster_id = p_cluster AND i.key >= p_from AND i.key < p_to ORDER BY i.key LIMIT p_limit) o
    CROSS JOIN LATERAL (SELECT e.value FROM log e WHERE e.cluster_id = p_cluster AND e.revision = o.mod_revision LIMIT 1) l
    ORDER BY o.key;
  ELSE
    IF p_limit IS NOT NULL AND p_at BETWEEN v_cluster.compact_revision AND v_cluster.revision THEN
      SELECT count(*) INTO v_count FROM (
        SELECT DISTINCT ON (l.key) l.deleted FROM log l
        WHERE l.cluster_id = p_cluster AND l.key >= p_from AND l.key < p_to AND l.revision <= p_at
        ORDER BY l.key, l.revision DESC) v
      WHERE NOT v.deleted;
    END IF;
    RETURN QUERY SELECT NULL::text, v_cluster.revision, v_cluster.compact_revision, v_count, NULL::text;
    IF p_at BETWEEN v_cluster.compact_revision AND v_cluster.revision THEN
      RETURN QUERY
      SELECT v.key, v.revision, v.create_revision, v.version, v.value
      FROM (
        SELECT DISTINCT ON (l.key) l.* FROM log l
        WHERE l.cluster_id = p_cluster AND l.key >= p_from AND l.key < p_to AND l.revision <= p_at
        ORDER BY l.key, l.revision DESC) v
      WHERE NOT v.deleted
      ORDER BY v.key LIMIT p_limit;
    END IF;
  END IF;
END $$;

-- The first row's revision and create_revision are the cluster's revision and compact_revision.
CREATE FUNCTION store_log(p_cluster text, p_after bigint, p_limit bigint, p_from text, p_to text, p_previous boolean)
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
  SELECT l.revision, l.create_revision, l.version, l.previous_revision, l.at, l.deleted, l.key, l.cause, l.value,
    CASE WHEN p_previous THEN (SELECT b.value FROM log b WHERE b.cluster_id = p_cluster AND b.revision = l.previous_revision) END
  FROM log l
  WHERE l.cluster_id = p_cluster AND l.revision > p_after AND (p_from IS NULL OR (l.key >= p_from AND l.key < p_to))
  ORDER BY l.revision LIMIT p_limit;
END $$;

CREATE FUNCTION store_history(p_cluster text, p_key text)
RETURNS TABLE (revision bigint, create_revision bigint, version bigint, previous_revision bigint, at bigint, deleted boolean, key text, cause text, value text, previous_value text)
LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('orrery.cluster', p_cluster, true);
  RETURN QUERY
  SELECT r.revision, r.compact_revision, NULL::bigint, NULL::bigint, NULL::bigint, NULL::boolean, NULL::text, NULL::text, NULL::text, NULL::text
  FROM cluster_revisions r WHERE r.cluster_id = p_cluster;
  RETURN QUERY
  SELECT l.revision, l.create_revision, l.version, l.previous_revision, l.at, l.deleted, l.key, l.cause, l.value, NULL::text
  FROM log l WHERE l.cluster_id = p_cluster AND l.key = p_key ORDER BY l.revision;
END $$;

CREATE FUNCTION store_expired(p_cluster text, p_now bigint, p_limit bigint)
RETURNS TABLE (key text, mod_revision bigint, create_revision bigint, version bigint, value text)
LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('orrery.cluster', p_cluster, true);
  RETURN QUERY SELECT NULL::text, r.revision, r.compact_revision, NULL::bigint, NULL::text FROM cluster_revisions r WHERE r.cluster_id = p_cluster;
  RETURN QUERY
  SELECT o.key, o.mod_revision, o.create_revision, o.version, l.value
  FROM objects o CROSS JOIN LATERAL (SELECT e.value FROM log e WHERE e.cluster_id = p_cluster AND e.revision = o.mod_revision LIMIT 1) l
  WHERE o.cluster_id = p_cluster AND o.expires_at <= p_now
  ORDER BY o.expires_at, o.key LIMIT p_limit;
END $$;

CREATE FUNCTION store_next_expiry(p_cluster text) RETURNS TABLE (expires_at bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('orrery.cluster', p_cluster, true);
  RETURN QUERY
  SELECT (SELECT o.expires_at FROM objects o WHERE o.cluster_id = p_cluster AND o.expires_at IS NOT NULL ORDER BY o.expires_at LIMIT 1)
  FROM cluster_revisions r WHERE r.cluster_id = p_cluster;
END $$;

-- Forgets superseded versions and deletions up to a revision; p_revision may not be after the newest (OR416).
CREATE FUNCTION store_compact(p_cluster text, p_revision bigint) RETURNS TABLE (revision bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER AS $$
#variable_conflict use_column
DECLARE
  v_cluster cluster_revisions;
BEGIN
  PERFORM set_config('orrery.cluster', p_cluster, true);
  SELECT * INTO v_cluster FROM cluster_revisions r WHERE r.cluster_id = p_cluster FOR UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  RETURN QUERY SELECT v_cluster.revision;
  IF p_revision > v_cluster.revision OR p_revision <= v_cluster.compact_revision THEN
    RETURN;
  END IF;
  UPDATE cluster_revisions r SET compact_revision = p_revision WHERE r.cluster_id = p_cluster;
  DELETE FROM log l
  WHERE l.cluster_id = p_cluster AND l.revision <= p_revision AND (l.deleted OR EXISTS (
    SELECT FROM log n WHERE n.cluster_id = p_cluster AND n.key = l.key AND n.revision > l.revision AND n.revision <= p_revision));
END $$;

-- Advances the token. The revision row is locked first, so that a write under the old token is either done or will fail.
CREATE FUNCTION begin_turn(p_cluster text, p_component text) RETURNS TABLE (token bigint, cursor bigint, next_at bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('orrery.cluster', p_cluster, true);
  PERFORM FROM cluster_revisions r WHERE r.cluster_id = p_cluster FOR UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  RETURN QUERY
  INSERT INTO turns AS t (cluster_id, component, token, cursor) VALUES (p_cluster, p_component, 1, 0)
  ON CONFLICT (cluster_id, component) DO UPDATE SET token = t.token + 1
  RETURNING t.token, t.cursor, t.next_at;
END $$;

-- Whether the cluster is there, and whether the turn was still its holder's.
CREATE FUNCTION end_turn(p_cluster text, p_component text, p_token bigint, p_cursor bigint, p_next_at bigint) RETURNS TABLE (kept boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('orrery.cluster', p_cluster, true);
  UPDATE turns t SET cursor = p_cursor, next_at = p_next_at WHERE t.cluster_id = p_cluster AND t.component = p_component AND t.token = p_token;
  IF FOUND THEN
    RETURN QUERY SELECT true;
  ELSE
    RETURN QUERY SELECT false FROM cluster_revisions r WHERE r.cluster_id = p_cluster;
  END IF;
END $$;

-- Whether it was made (it was not there before).
CREATE FUNCTION store_create(p_cluster text) RETURNS TABLE (made boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER AS $$
BEGIN
  PERFORM set_config('orrery.cluster', p_cluster, true);
  INSERT INTO cluster_revisions (cluster_id) VALUES (p_cluster) ON CONFLICT DO NOTHING;
  RETURN QUERY SELECT FOUND;
END $$;

CREATE FUNCTION store_destroy(p_cluster text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER AS $$
BEGIN
  PERFORM set_config('orrery.cluster', p_cluster, true);
  -- First the row whose lock every write needs.
  DELETE FROM cluster_revisions WHERE cluster_id = p_cluster;
  DELETE FROM turns WHERE cluster_id = p_cluster;
  DELETE FROM objects WHERE cluster_id = p_cluster;
  DELETE FROM log WHERE cluster_id = p_cluster;
END $$;

CREATE FUNCTION replace_all(p_text text, p_from text[], p_to text[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  FOR n IN 1 .. coalesce(array_length(p_from, 1), 0) LOOP
    p_text := replace(p_text, p_from[n], p_to[n]);
  END LOOP;
  RETURN p_text;
END $$;

-- The functions from here on look across clusters.

-- Copies what p_from holds (at p_at, or now) into the new cluster p_to, whose log starts there; one statement, so one snapshot. The
-- answer is what the source's revision and compact_revision are; no row where it is missing. A unique violation: p_to is there already.
CREATE FUNCTION store_copy(p_from text, p_to text, p_at bigint, p_replace text[], p_with text[])
RETURNS TABLE (revision bigint, compact_revision bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('orrery.platform', 'on', true);
  IF p_at IS NULL THEN
    RETURN QUERY
    WITH source AS (
      SELECT r.revision, r.compact_revision FROM cluster_revisions r WHERE r.cluster_id = p_from
    ), made AS (
      INSERT INTO cluster_revisions (cluster_id, revision, compact_revision) SELECT p_to, s.revision, s.revision FROM source s
    ), standing AS (
      INSERT INTO objects (cluster_id, key, mod_revision, create_revision, version, expires_at)
      SELECT p_to, o.key, o.mod_revision, o.create_revision, o.version, o.expires_at FROM objects o WHERE o.cluster_id = p_from
    ), logged AS (
      INSERT INTO log (cluster_id, revision, create_revision, version, previous_revision, at, write_id, deleted, key, cause, value)
      SELECT p_to, l.revision, l.create_revision, l.version, l.previous_revision, l.at, l.write_id, false, l.key, l.cause, replace_all(l.value, p_replace, p_with)
      FROM objects o
      CROSS JOIN LATERAL (SELECT * FROM log e WHERE e.cluster_id = p_from AND e.revision = o.mod_revision LIMIT 1) l
      WHERE o.cluster_id = p_from
    ), turned AS (
      INSERT INTO turns (cluster_id, component, token, cursor, next_at)
      SELECT p_to, t.component, t.token, t.cursor, t.next_at FROM turns t WHERE t.cluster_id = p_from
    )
    SELECT * FROM source;
  ELSE
    RETURN QUERY
    WITH source AS (
      SELECT r.revision, r.compact_revision FROM cluster_revisions r WHERE r.cluster_id = p_from
    ), usable AS (
      SELECT * FROM source s WHERE p_at BETWEEN s.compact_revision AND s.revision
    ), made AS (
      INSERT INTO cluster_revisions (cluster_id, revision, compact_revision) SELECT p_to, p_at, p_at FROM usable
    ), then_standing AS MATERIALIZED (
      SELECT v.* FROM (
        SELECT DISTINCT ON (l.key) l.* FROM log l WHERE l.cluster_id = p_from AND l.revision <= p_at ORDER BY l.key, l.revision DESC) v
      WHERE NOT v.deleted AND EXISTS (SELECT FROM usable)
    ), standing AS (
      INSERT INTO objects (cluster_id, key, mod_revision, create_revision, version, expires_at)
      SELECT p_to, v.key, v.revision, v.create_revision, v.version,
        (SELECT o.expires_at FROM objects o WHERE o.cluster_id = p_from AND o.key = v.key AND o.mod_revision = v.revision)
      FROM then_standing v
    ), logged AS (
      INSERT INTO log (cluster_id, revision, create_revision, version, previous_revision, at, write_id, deleted, key, cause, value)
      SELECT p_to, v.revision, v.create_revision, v.version, v.previous_revision, v.at, v.write_id, false, v.key, v.cause, replace_all(v.value, p_replace, p_with)
      FROM then_standing v
    ), turned AS (
      INSERT INTO turns (cluster_id, component, token, cursor, next_at)
      SELECT p_to, t.component, t.token, t.cursor, t.next_at FROM turns t, usable u WHERE t.cluster_id = p_from AND u.revision = p_at
    )
    SELECT * FROM source;
  END IF;
END $$;

-- Turns with something left to do. What time it is in a cluster whose clock stands still is not for p_now to say.
CREATE FUNCTION store_lagging(p_now bigint, p_limit bigint) RETURNS TABLE (cluster_id text, component text)
LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('orrery.platform', 'on', true);
  RETURN QUERY
  SELECT t.cluster_id, t.component FROM turns t
  JOIN cluster_revisions r ON r.cluster_id = t.cluster_id
  LEFT JOIN clusters c ON c.id = t.cluster_id
  WHERE t.cursor < r.revision OR (t.next_at <= p_now AND coalesce(c.clock ->> 'mode', 'real') = 'real')
  LIMIT p_limit;
END $$;

-- The functions of one cluster belong to orrery_app, which owns no table: row-level security holds for it whoever calls. Generic plans
-- with index scans: made once a session and right whatever the tables hold.
-- Where the role can't be made, the functions stay ours and we submit to the policies ourselves; what looks across clusters says so.
DO $$
DECLARE
  scoped text[] := ARRAY['store_write', 'store_written', 'store_revision', 'store_get', 'store_list', 'store_log', 'store_history', 'store_expired',
    'store_next_expiry', 'store_compact', 'begin_turn', 'end_turn', 'store_create', 'store_destroy'];
  platform text[] := ARRAY['store_copy', 'store_lagging'];
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
    BEGIN
      CREATE ROLE orrery_app NOLOGIN;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      NULL;
    END;
    IF NOT pg_has_role(current_user, 'orrery_app', 'MEMBER') THEN
      EXECUTE format('GRANT orrery_app TO %I', current_user);
    END IF;
    EXECUTE format('GRANT USAGE, CREATE ON SCHEMA %I TO orrery_app', schema);
    GRANT SELECT, INSERT, UPDATE, DELETE ON cluster_revisions, objects, log, turns TO orrery_app;
    FOREACH name IN ARRAY scoped LOOP
      EXECUTE format('ALTER FUNCTION %I OWNER TO orrery_app', name);
    END LOOP;
    EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM orrery_app', schema);
  EXCEPTION WHEN insufficient_privilege THEN
    FOREACH name IN ARRAY ARRAY['cluster_revisions', 'objects', 'log', 'turns'] LOOP
      EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
      EXECUTE format($policy$CREATE POLICY platform ON %I USING (current_setting('orrery.platform', true) = 'on')$policy$, name);
    END LOOP;
  END;
END $$;
