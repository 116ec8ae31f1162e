import { type DocumentNode, type GraphQLSchema, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import type { RequestScope } from '../request-scope.ts';
import { type Post, postsOf } from './attach-guards.ts';

interface Known {
  readonly schema: GraphQLSchema;
  readonly posts: readonly Post[];
}

const knownDocuments = new WeakMap<DocumentNode, Known>();

/**
 * Has shield judge every guarded field that the document names, once, before anything runs: resolvers then find the verdict.
 * Never throws: a refusal belongs to its field. Not to call it is safe and slow, since each field then asks for itself.
 * @returns whether every guarded field of the document may be asked
 */
export async function admitOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  scope: RequestScope,
): Promise<boolean> {
  const posts = guardedFields(schema, document);
  const verdicts = await Promise.all(
    posts.map((post) => {
      const known = post.known(scope);
      return known === undefined ? post.judge(scope) : known;
    }),
  );
  return verdicts.every((verdict) => verdict === null);
}

/** Whether the document names a field of a model that has a read rule. */
export function asksRuledFields(schema: GraphQLSchema, document: DocumentNode): boolean {
  return guardedFields(schema, document).some((post) => !post.isRoot);
}

/** Documents are parsed once and kept, so this is looked up more often than made. */
function guardedFields(schema: GraphQLSchema, document: DocumentNode): readonly Post[] {
  const known = knownDocuments.get(document);
  if (known?.schema === schema) return known.posts;
  const posts = collect(schema, document);
  knownDocuments.set(document, { schema, posts });
  return posts;
}

function collect(schema: GraphQLSchema, document: DocumentNode): readonly Post[] {
  const all = postsOf(schema);
  const found = new Set<Post>();
  const info = new TypeInfo(schema);
  const note = (): void => {
    const field = info.getFieldDef();
    const post = field ? all.get(field) : undefined;
    if (post) found.add(post);
  };
  visit(document, visitWithTypeInfo(info, { Field: note }));
  return [...found];
}
