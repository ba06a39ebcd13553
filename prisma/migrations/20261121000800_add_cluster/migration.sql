-- A cluster that is being made, and its token, in one round trip. p_cluster: the columns of its row. p_most: clusters its organization may
-- have. The answer: 'added', 'gone' (no such organization, or it is being removed) or 'full'. The organization's lock orders the creations in
-- it, and each statement sees those that were committed before it, so that each creation counts those before it.
CREATE FUNCTION add_cluster(p_cluster jsonb, p_token text, p_hash text, p_most bigint) RETURNS text
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  v_organization text := p_cluster ->> 'organization_id';
BEGIN
  PERFORM FROM organizations o WHERE o.id = v_organization AND o.state = 'ready' FOR UPDATE;
  IF NOT FOUND THEN
    RETURN 'gone';
  END IF;
  IF (SELECT count(*) FROM clusters c WHERE c.organization_id = v_organization) >= p_most THEN
    RETURN 'full';
  END IF;
  INSERT INTO clusters SELECT * FROM jsonb_populate_record(NULL::clusters, '{"state": "creating", "template": false}' || p_cluster);
  INSERT INTO tokens (id, hash, cluster_id) VALUES (p_token, p_hash, p_cluster ->> 'id');
  RETURN 'added';
END $$;

DO $$
BEGIN
  EXECUTE format('ALTER FUNCTION add_cluster SET search_path = %I, pg_temp', current_schema());
  REVOKE ALL ON FUNCTION add_cluster FROM PUBLIC;
  EXECUTE format('GRANT EXECUTE ON FUNCTION add_cluster TO %I', current_user);
END $$;
