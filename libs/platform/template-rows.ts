import type pg from 'pg';
import { naming } from './naming.js';
import { OrganizationGone, type Template, type TemplateRecords, TooManyTemplates } from './records.js';
import { inTransaction } from './transaction.js';

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
const LISTED = `SELECT id, organization_id, name, start - 'manifests' AS start, defaults, created_at FROM organization_templates WHERE`;
const CURRENT = 'organization_id = $1 AND retired_at IS NULL';

/** The templates of organizations in PostgreSQL. */
export function templateRecords(pool: pg.Pool): TemplateRecords {
  const rows = async (text: string, values: unknown[]) => (await pool.query<Row>(text, values)).rows.map(templateOf);
  const valuesOf = ({ id, organizationId, name, start, defaults, createdAt }: Template) => [
    ...[id, organizationId, name, JSON.stringify(start), JSON.stringify(defaults)],
    createdAt,
  ];
  return {
    templates: (organizationId) => rows(`${LISTED} ${CURRENT} ORDER BY name`, [organizationId]),
    templateNamed: async (organizationId, name) => (await rows(`${FROM} ${CURRENT} AND name = $2`, [organizationId, name]))[0],
    template: async (id) => (await rows(`${FROM} id = $1`, [id]))[0],
    addTemplate: (template, most) =>
      inTransaction(pool, async (client) => {
        const { organizationId, name } = template;
        const { rowCount } = await client.query(`SELECT FROM organizations WHERE id = $1 AND state = 'ready' FOR UPDATE`, [organizationId]);
        if (rowCount === 0) throw new OrganizationGone(organizationId);
        const text = `INSERT INTO organization_templates (${COLUMNS}) SELECT $1, $2, $3, $4, $5, $6
          WHERE (SELECT count(*) FROM organization_templates WHERE organization_id = $2 AND retired_at IS NULL) < $7`;
        const added = await naming(name, client.query(text, [...valuesOf(template), most]));
        if (added.rowCount === 0) throw new TooManyTemplates(most);
      }),
    replaceTemplate: (template) =>
      inTransaction(pool, async (client) => {
        const retire = `UPDATE organization_templates SET retired_at = now() WHERE ${CURRENT} AND name = $2`;
        const { rowCount } = await client.query(retire, [template.organizationId, template.name]);
        if (rowCount !== 0)
          await client.query(`INSERT INTO organization_templates (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6)`, valuesOf(template));
        return rowCount !== 0;
      }),
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
