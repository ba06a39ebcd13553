-- What happened to the requests of each cluster: chunks of events, compressed by the process that served them (libs/audit).
CREATE TABLE audit_chunks (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  cluster_id text NOT NULL REFERENCES clusters (id) ON DELETE CASCADE ON UPDATE CASCADE,
  -- The earliest and the latest arrival of the chunk's requests, in milliseconds of the machine.
  first_at bigint NOT NULL,
  last_at bigint NOT NULL,
  body bytea NOT NULL
);
ALTER TABLE audit_chunks ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE INDEX audit_chunks_latest ON audit_chunks (cluster_id, last_at DESC, id DESC);

-- The number that an organization has set as a quota, or the default.
CREATE FUNCTION audit_quota(p_quotas jsonb, p_name text, p_default bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN jsonb_typeof(p_quotas -> p_name) = 'number' THEN (p_quotas ->> p_name)::numeric::bigint ELSE p_default END
$$;

-- Deletes the oldest chunks of clusters beyond the bytes that their organizations allow; each chunk counts for 200 bytes more than its body.
CREATE FUNCTION trim_audit(p_clusters text[], p_bytes bigint) RETURNS void LANGUAGE sql VOLATILE AS $$
  DELETE FROM audit_chunks a
  USING (
    SELECT s.id, s.cluster_id, sum(octet_length(s.body) + 200) OVER (PARTITION BY s.cluster_id ORDER BY s.last_at DESC, s.id DESC) AS kept
    FROM audit_chunks s WHERE s.cluster_id = ANY (p_clusters)
  ) k
  JOIN clusters c ON c.id = k.cluster_id
  JOIN organizations o ON o.id = c.organization_id
  WHERE a.id = k.id AND k.kept > audit_quota(o.quotas, 'auditBytes', p_bytes)
$$;

-- Deletes what is older than the organizations allow.
CREATE FUNCTION expire_audit(p_now bigint, p_minutes bigint) RETURNS void LANGUAGE sql VOLATILE AS $$
  DELETE FROM audit_chunks a
  USING clusters c, organizations o
  WHERE c.id = a.cluster_id AND o.id = c.organization_id
    AND a.last_at < p_now - 60000 * audit_quota(o.quotas, 'auditMinutes', p_minutes)
$$;
