import { createRequire } from 'node:module';
import type { GraphQLResolveInfo, GraphQLSchema } from 'graphql';
import type * as GraphQLShield from 'graphql-shield';
import { ViewerError } from '../../kit/viewer-error.ts';
import type { RequestScope } from '../request-scope.ts';
import type { Guard } from './guard.ts';

// The ESM build imports without file extensions, which Node does not load; and graphql-js must not be there twice.
const { shield, rule, deny } = createRequire(import.meta.url)('graphql-shield') as typeof GraphQLShield;

/** Shield's verdict on one field: undefined where it may be asked. */
export type Ask = (scope: RequestScope) => Promise<Error | undefined>;

type Middleware = (
  resolve: () => unknown,
  parent: undefined,
  args: object,
  context: { readonly scope: RequestScope },
  info: GraphQLResolveInfo,
) => Promise<unknown>;

const ALLOWED = Symbol('allowed');

/**
 * Hands the rule tree to graphql-shield and answers its verdict for every field of the schema; what the tree does not name
 * is denied. Resolvers run outside of shield, which would catch what they throw: it is only asked.
 * @throws Error where a guard names a field that the schema does not have
 */
export function askShield(
  schema: GraphQLSchema,
  guards: readonly Guard[],
): (type: string, field: string) => Ask {
  const tree = shield(ruleTree(guards), {
    fallbackRule: deny,
    allowExternalErrors: true,
    fallbackError: new ViewerError('FORBIDDEN', 'You may not ask for this.'),
  });
  const middleware = tree.generate(schema) as unknown as Readonly<Record<string, Record<string, Middleware>>>;
  return (type, field) => {
    const ask = middleware[type]?.[field];
    if (!ask) throw new Error(`graphql-shield made nothing for ${type}.${field}`);
    return async (scope) => {
      // A context of its own: shield writes into it.
      const verdict = await ask(() => ALLOWED, undefined, {}, { scope }, NO_INFO);
      if (verdict === ALLOWED) return undefined;
      return verdict instanceof Error ? verdict : new Error(`graphql-shield answered ${String(verdict)}`);
    };
  };
}

/** Guards know the scope and nothing else, so that one verdict holds for a whole operation. */
const NO_INFO = Object.freeze({}) as GraphQLResolveInfo;

type RuleTree = Record<string, Record<string, ReturnType<ReturnType<typeof rule>>>>;

function ruleTree(guards: readonly Guard[]): RuleTree {
  const rules = new Map<string, ReturnType<ReturnType<typeof rule>>>();
  // Without a prototype: models may be called `constructor` or `toString`.
  const tree = Object.create(null) as RuleTree;
  for (const guard of guards) {
    const known = rules.get(guard.rule) ?? toRule(guard);
    rules.set(guard.rule, known);
    const fields = tree[guard.type] ?? (Object.create(null) as RuleTree[string]);
    tree[guard.type] = fields;
    if (fields[guard.field]) throw new Error(`Two guards stand before ${guard.type}.${guard.field}`);
    fields[guard.field] = known;
  }
  return tree;
}

function toRule(guard: Guard): ReturnType<ReturnType<typeof rule>> {
  const judge = (_parent: unknown, _args: unknown, { scope }: { scope: RequestScope }) =>
    guard.refuse(scope) ?? true;
  return rule(guard.rule, { cache: 'no_cache' })(judge);
}
