import { type GraphQLFieldConfig, GraphQLString } from 'graphql';
import { CertificateSigningRequest, type certificatesv1 } from '#api';
import { formatTime } from '#apimachinery';
import type { GraphContext } from '../context.js';
import { costs, oneObject } from '../cost/points.js';
import { badInput } from '../errors.js';
import { FIELD_MANAGER, type WrittenObject, type WrittenTypes, written } from '../inputs/written.js';
import { required } from '../output-types.js';
import { checkNames, dryRunArgument, withoutNulls } from '../queries.js';

type Field = GraphQLFieldConfig<unknown, GraphContext>;
type Request = certificatesv1.CertificateSigningRequest;

interface Arguments {
  name: string;
  message?: string;
  dryRun?: boolean;
}

/** Approves or denies a request; one that is so already is left as it is (kubectl certificate approve, deny). */
async function decide(
  type: 'Approved' | 'Denied',
  { name, message, dryRun = false }: Arguments,
  { client, now }: GraphContext,
): Promise<WrittenObject> {
  checkNames({ name });
  const request = await client.get<Request>(CertificateSigningRequest, name);
  const { conditions = [] } = request.status ?? {};
  if (conditions.some((condition) => condition.type === type)) return { object: request, before: request, warnings: [], dryRun };
  if (conditions.some((condition) => condition.type === (type === 'Approved' ? 'Denied' : 'Approved')))
    throw badInput(`certificate signing request ${JSON.stringify(name)} is already ${type === 'Approved' ? 'Denied' : 'Approved'}`);
  const reason = type === 'Approved' ? 'GraphQLApprove' : 'GraphQLDeny';
  const said = message ?? `This CSR was ${type.toLowerCase()} over GraphQL.`;
  const condition = { type, status: 'True', reason, message: said, lastUpdateTime: formatTime(now()) };
  const decided = { ...request, status: { ...request.status, conditions: [...conditions, condition] } } as Request;
  const query = { subresource: 'approval', dryRun, fieldManager: FIELD_MANAGER };
  return written(dryRun, (report) => client.update(CertificateSigningRequest, decided, { ...query, report }));
}

/** Mutations that decide about certificate signing requests. */
export function certificateFields({ request }: WrittenTypes): Record<string, Field> {
  const field = (type: 'Approved' | 'Denied', description: string): Field => ({
    type: request,
    description,
    ...costs(oneObject),
    args: {
      name: { type: required(GraphQLString), description: 'The CertificateSigningRequest.' },
      message: { type: GraphQLString, description: 'Why; kept in the condition.' },
      dryRun: dryRunArgument,
    },
    resolve: (_root, args: Arguments, context) => decide(type, withoutNulls(args), context),
  });
  return {
    approve: field('Approved', 'Approves a CertificateSigningRequest.'),
    deny: field('Denied', 'Denies a CertificateSigningRequest.'),
  };
}
