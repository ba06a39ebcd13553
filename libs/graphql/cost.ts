import {
  type ASTVisitor,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLOutputType,
  getNamedType,
  isCompositeType,
  isListType,
  isNonNullType,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';
import { limits } from './limits.js';

interface Measure {
  fields: number;
  cost: number;
}

const tooMuch = (message: string): GraphQLError => new GraphQLError(message, { extensions: { code: 'QUERY_TOO_COMPLEX' } });

function pageSize(node: FieldNode): number {
  const argument = node.arguments?.find((a) => a.name.value === 'limit')?.value;
  const asked = argument?.kind === 'IntValue' ? Number(argument.value) : undefined;
  return Math.min(asked ?? limits.assumedListSize, limits.largestPage);
}

const isList = (type: GraphQLOutputType): boolean => isListType(isNonNullType(type) ? type.ofType : type);

/**
 * A validation rule that refuses operations that are too deep, too wide or too dear before anything is run.
 * Fragments count wherever they are spread; counting stops at the first bound that is passed, so that measuring stays cheap.
 */
export function costRule(context: ValidationContext): ASTVisitor {
  const schema = context.getSchema();
  const walk = (
    set: SelectionSetNode,
    parent: string,
    state: { depth: number; times: number; measure: Measure; spread: readonly FragmentDefinitionNode[]; most: number },
  ): void => {
    if (state.depth > state.most) throw tooMuch(`The query is nested deeper than ${state.most} levels.`);
    for (const selection of set.selections) {
      if (selection.kind === 'FragmentSpread') {
        const fragment = context.getFragment(selection.name.value);
        if (!fragment || state.spread.includes(fragment)) continue;
        walk(fragment.selectionSet, fragment.typeCondition.name.value, { ...state, spread: [...state.spread, fragment] });
      } else if (selection.kind === 'InlineFragment') {
        walk(selection.selectionSet, selection.typeCondition?.name.value ?? parent, state);
      } else {
        field(selection, parent, state);
      }
    }
  };
  const field = (node: FieldNode, parent: string, state: Parameters<typeof walk>[2]): void => {
    const { measure } = state;
    measure.fields += 1;
    if (measure.fields > limits.fields) throw tooMuch(`The query asks for more than ${limits.fields} fields.`);
    const type = schema.getType(parent);
    const introspection = node.name.value.startsWith('__') && node.name.value !== '__typename';
    const definition = type && 'getFields' in type ? type.getFields()[node.name.value] : undefined;
    const reads = definition?.extensions.reads === true;
    if (reads) measure.cost += state.times;
    if (measure.cost > limits.cost)
      throw tooMuch(`The query may read more than ${limits.cost} objects: ask for fewer relations or smaller pages.`);
    if (!node.selectionSet) return;
    const result = definition && 'type' in definition ? (definition.type as GraphQLOutputType) : undefined;
    const named = result ? getNamedType(result) : undefined;
    const below =
      named && isCompositeType(named) ? named.name : introspection ? (node.name.value === '__schema' ? '__Schema' : '__Type') : parent;
    const many = reads && (result === undefined || isList(result) || definition?.extensions.page === true);
    walk(node.selectionSet, below, {
      ...state,
      depth: state.depth + 1,
      times: state.times * (many ? pageSize(node) : 1),
      most: introspection ? limits.introspectionDepth : state.most,
    });
  };
  return {
    OperationDefinition(operation) {
      const root = schema.getRootType(operation.operation);
      if (!root) return;
      try {
        walk(operation.selectionSet, root.name, { depth: 1, times: 1, measure: { fields: 0, cost: 0 }, spread: [], most: limits.depth });
      } catch (error) {
        if (!(error instanceof GraphQLError)) throw error;
        context.reportError(error);
      }
    },
  };
}
