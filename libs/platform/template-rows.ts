import type pg from 'pg';
import { naming } from './naming.js';
import { OrganizationGone, type Template, type TemplateRecords, TooManyTemplates } from './records.js';

interface Row {
  id: string;
  organization_id: string;
  name: string;
  start: Template['start'];
  defaults: Template['defaults'];
  created_at: Date;
}

const templateOf = ({ id, organization_id, name, start, defaults, created_at }: Row): Template => ({
  id,
  organizationId: organization_id,
  name,
  start,
  defaults,
  createdAt: created_at,
});

const COLUMNS = 'id, organization_id, name, start, defaults, created_at';
const FROM = `SELECT ${COLUMNS} FROM organization_templates WHERE`;
const CURRENT = 'organization_id = $1 AND retired_at IS NULL';

/** The templates of organizations in PostgreSQL. */
export function templateRecords(pool: pg.Pool): TemplateRecords {
  const rows = async (text: string, values: unknown[]) => (await pool.query<Row>(text, values)).rows.map(templateOf);
  const valuesOf = ({ id, organizationId, name, start, defaults, createdAt }: Template) => [
    ...[id, organizationId, name, JSON.stringify(start), JSON.stringify(defaults)],
    createdAt,
  ];
  return {
    templates: (organizationId) => rows(`${FROM} ${CURRENT} ORDER BY name`, [organizationId]),
    templateNamed: async (organizationId, name) => (await rows(`${FROM} ${CURRENT} AND name = $2`, [organizationId, name]))[0],
    template: async (id) => (await rows(`${FROM} id = $1`, [id]))[0],
    async addTemplate(template, most) {
      // The organization's row is locked, so that each template counts those before it.
      const text = `WITH owner AS MATERIALIZED (SELECT id FROM organizations WHERE id = $2 AND state = 'ready' FOR UPDATE),
        counted AS MATERIALIZED (SELECT (SELECT count(*) FROM organization_templates WHERE organization_id = o.id AND retired_at IS NULL) AS n FROM owner o),
        added AS (INSERT INTO organization_templates (${COLUMNS}) SELECT $1, $2, $3, $4, $5, $6 FROM counted c WHERE c.n < $7)
        SELECT n FROM counted`;
      const { rows: counted } = await naming(template.name, pool.query<{ n: string }>(text, [...valuesOf(template), most]));
      if (counted[0] === undefined) throw new OrganizationGone(template.organizationId);
      if (Number(counted[0].n) >= most) throw new TooManyTemplates(most);
    },
    async replaceTemplate(template) {
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        const retire = `UPDATE organization_templates SET retired_at = now() WHERE ${CURRENT} AND name = $2`;
        const { rowCount } = await client.query(retire, [template.organizationId, template.name]);
        if (rowCount !== 0)
          await client.query(`INSERT INTO organization_templates (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6)`, valuesOf(template));
        await client.query('COMMIT');
        return rowCount !== 0;
      } catch (error) {
        await client.query('ROLLBACK');
        throw error;
      } finally {
        client.release();
      }
    },
    async removeTemplate(organizationId, name) {
      const text = `UPDATE organization_templates SET retired_at = now() WHERE ${CURRENT} AND name = $2`;
      return (await pool.query(text, [organizationId, name])).rowCount !== 0;
    },
    async removeFormerTemplates(before) {
      const text = `DELETE FROM organization_templates t WHERE t.retired_at < $1 AND NOT EXISTS (SELECT FROM clusters c WHERE c.template_id = t.id)`;
      await pool.query(text, [before]);
    },
  };
}
