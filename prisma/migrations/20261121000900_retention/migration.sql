-- As before, but another retention may hold for some clusters: p_clusters, with p_everies, p_ages and p_keeps at the same places.
DROP FUNCTION store_compactable(bigint, bigint, bigint, bigint, bigint);
CREATE FUNCTION store_compactable(
  p_now bigint, p_every bigint, p_age bigint, p_keep bigint, p_limit bigint,
  p_clusters text[], p_everies bigint[], p_ages bigint[], p_keeps bigint[])
RETURNS TABLE (cluster_id text, revision bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('orrery.platform', 'on', true);
  INSERT INTO log_marks (cluster_id, revision, marked_at)
  SELECT r.cluster_id, r.revision, p_now
  FROM cluster_revisions r
  LEFT JOIN unnest(p_clusters, p_everies) AS x (id, every) ON x.id = r.cluster_id
  WHERE r.revision > r.compact_revision AND NOT EXISTS (
    SELECT FROM log_marks m
    WHERE m.cluster_id = r.cluster_id AND (m.revision >= r.revision OR m.marked_at > p_now - coalesce(x.every, p_every)))
  ON CONFLICT DO NOTHING;
  DELETE FROM log_marks m
  USING log_marks o LEFT JOIN unnest(p_clusters, p_ages) AS x (id, age) ON x.id = o.cluster_id
  WHERE m.cluster_id = o.cluster_id AND m.revision = o.revision AND m.marked_at <= p_now - coalesce(x.age, p_age) AND EXISTS (
    SELECT FROM log_marks n
    WHERE n.cluster_id = m.cluster_id AND n.revision > m.revision AND n.marked_at <= p_now - coalesce(x.age, p_age));
  RETURN QUERY
  SELECT r.cluster_id, least(m.revision, r.revision - coalesce(x.keep, p_keep))
  FROM log_marks m
  JOIN cluster_revisions r ON r.cluster_id = m.cluster_id
  LEFT JOIN unnest(p_clusters, p_ages, p_keeps) AS x (id, age, keep) ON x.id = r.cluster_id
  WHERE m.marked_at <= p_now - coalesce(x.age, p_age) AND least(m.revision, r.revision - coalesce(x.keep, p_keep)) > r.compact_revision
  ORDER BY m.marked_at, r.cluster_id LIMIT p_limit;
END $$;

DO $$
DECLARE
  signature text := 'store_compactable(bigint, bigint, bigint, bigint, bigint, text[], bigint[], bigint[], bigint[])';
BEGIN
  EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', signature, current_schema());
  EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', signature);
  EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I', signature, current_user);
END $$;
