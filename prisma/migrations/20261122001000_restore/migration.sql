-- Named copies of a cluster's objects; the objects are those of the store's cluster snapshot-ID.
CREATE TABLE snapshots (
  id text PRIMARY KEY,
  cluster_id text NOT NULL REFERENCES clusters (id) ON DELETE CASCADE ON UPDATE CASCADE,
  name text NOT NULL,
  -- Of the cluster when the snapshot was made.
  revision bigint NOT NULL,
  -- The cluster's time then, in milliseconds.
  at bigint NOT NULL,
  -- False while it is being made.
  ready boolean NOT NULL DEFAULT false,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT snapshots_cluster_id_name_key UNIQUE (cluster_id, name)
);

-- As store_copy, but with new turns of these components, which have not read anything yet.
CREATE FUNCTION store_copy_anew(p_from text, p_to text, p_at bigint, p_replace text[], p_with text[], p_components text[])
RETURNS TABLE (revision bigint, compact_revision bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY SELECT * FROM store_copy(p_from, p_to, p_at, p_replace, p_with);
  IF NOT EXISTS (SELECT FROM cluster_revisions r WHERE r.cluster_id = p_to) THEN
    RETURN;
  END IF;
  DELETE FROM turns t WHERE t.cluster_id = p_to;
  INSERT INTO turns (cluster_id, component, token, cursor) SELECT p_to, c.name, 0, 0 FROM unnest(p_components) AS c (name);
END $$;

-- Gives p_cluster the objects of p_from (at p_at, or now), in one transaction: each object that differs is one new revision of its log.
-- Turns that were begun before cannot write any more, and a clock is no longer advanced. The answer is the cluster's new revision, and the
-- source's revision and compact_revision; nothing is changed if these do not include p_at, and there is no row if there is no source.
CREATE FUNCTION store_restore(
  p_cluster text, p_from text, p_at bigint, p_replace text[], p_with text[], p_cause text, p_now bigint, p_write_id uuid)
RETURNS TABLE (revision bigint, from_revision bigint, from_compact_revision bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER AS $$
#variable_conflict use_column
DECLARE
  v_revision bigint;
  v_from bigint;
  v_compact bigint;
BEGIN
  PERFORM set_config('orrery.platform', 'on', true);
  SELECT r.revision INTO v_revision FROM cluster_revisions r WHERE r.cluster_id = p_cluster FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no cluster %', p_cluster USING ERRCODE = 'OR404';
  END IF;
  SELECT r.revision, r.compact_revision INTO v_from, v_compact FROM cluster_revisions r WHERE r.cluster_id = p_from;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  IF coalesce(p_at, v_from) NOT BETWEEN v_compact AND v_from THEN
    RETURN QUERY SELECT v_revision, v_from, v_compact;
    RETURN;
  END IF;
  WITH wanted AS MATERIALIZED (
    SELECT v.key, replace_all(v.value, p_replace, p_with) AS value,
      (SELECT o.expires_at FROM objects o WHERE o.cluster_id = p_from AND o.key = v.key AND o.mod_revision = v.revision) AS expires_at
    FROM (
      SELECT DISTINCT ON (l.key) l.key, l.revision, l.deleted, l.value
      FROM log l WHERE l.cluster_id = p_from AND l.revision <= coalesce(p_at, v_from) ORDER BY l.key, l.revision DESC) v
    WHERE NOT v.deleted
  ), standing AS MATERIALIZED (
    SELECT o.key, o.mod_revision, o.create_revision, o.version, l.value
    FROM objects o
    CROSS JOIN LATERAL (SELECT e.value FROM log e WHERE e.cluster_id = p_cluster AND e.revision = o.mod_revision LIMIT 1) l
    WHERE o.cluster_id = p_cluster
  ), changes AS MATERIALIZED (
    SELECT c.*, v_revision + row_number() OVER (ORDER BY c.gone, c.key) AS revision
    FROM (
      SELECT coalesce(w.key, s.key) AS key, w.key IS NULL AS gone, s.mod_revision, s.create_revision, s.version,
        coalesce(w.value, s.value) AS value, w.expires_at
      FROM wanted w FULL JOIN standing s ON s.key = w.key
      WHERE w.value IS DISTINCT FROM s.value) c
  ), logged AS (
    INSERT INTO log (cluster_id, revision, create_revision, version, previous_revision, at, write_id, deleted, key, cause, value)
    SELECT p_cluster, c.revision, coalesce(c.create_revision, c.revision), CASE WHEN c.gone THEN c.version ELSE coalesce(c.version, 0) + 1 END,
      c.mod_revision, p_now, p_write_id, c.gone, c.key, p_cause, c.value
    FROM changes c
  ), put AS (
    INSERT INTO objects AS o (cluster_id, key, mod_revision, create_revision, version, expires_at)
    SELECT p_cluster, c.key, c.revision, coalesce(c.create_revision, c.revision), coalesce(c.version, 0) + 1, c.expires_at
    FROM changes c WHERE NOT c.gone
    ON CONFLICT (cluster_id, key) DO UPDATE SET mod_revision = excluded.mod_revision, version = excluded.version, expires_at = excluded.expires_at
  ), removed AS (
    DELETE FROM objects o WHERE o.cluster_id = p_cluster AND o.key = ANY (ARRAY(SELECT c.key FROM changes c WHERE c.gone))
  )
  UPDATE cluster_revisions r SET
    revision = v_revision + (SELECT count(*) FROM changes),
    deleted_revision = coalesce((SELECT max(c.revision) FROM changes c WHERE c.gone), r.deleted_revision)
  WHERE r.cluster_id = p_cluster RETURNING r.revision INTO v_revision;
  -- A time that has passed on every clock: the sweep wakes each component.
  UPDATE turns t SET token = t.token + 1, next_at = 0, open = false, lost = 0, parked_until = NULL WHERE t.cluster_id = p_cluster;
  UPDATE clocks k SET target = NULL, failure = 'the cluster was restored' WHERE k.cluster_id = p_cluster AND k.target IS NOT NULL;
  RETURN QUERY SELECT v_revision, v_from, v_compact;
END $$;

DO $$
DECLARE
  signature text;
BEGIN
  FOREACH signature IN ARRAY ARRAY[
    'store_copy_anew(text, text, bigint, text[], text[], text[])',
    'store_restore(text, text, bigint, text[], text[], text, bigint, uuid)']
  LOOP
    EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', signature, current_schema());
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', signature);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I', signature, current_user);
  END LOOP;
END $$;
