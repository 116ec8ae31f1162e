import {
  type DocumentNode,
  type GraphQLSchema,
  getOperationAST,
  type OperationDefinitionNode,
  validate,
} from 'graphql';
import { Problems, ProblemsError } from '../kit/problem.ts';
import { didYouMean } from '../kit/suggest.ts';
import { UserError } from '../kit/user-error.ts';
import {
  OPERATION_RULES,
  type Operation,
  type OperationSource,
  placeInSource,
  readOperations,
} from '../operations/index.ts';
import { type Project, readOperationSources } from './find-project.ts';

/** One operation of a document, with its fragments. */
export interface PickedOperation {
  readonly name: string;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
}

/**
 * The operation that a text holds, or the one of that name. Fragments that the text does not have may be in the project's
 * operations.
 * @throws ProblemsError where it does not parse or fit `api`, UserError where it is not clear which one is meant
 */
export function pickOperation(
  project: Project,
  api: GraphQLSchema,
  source: OperationSource,
  name?: string,
): PickedOperation {
  const problems = new Problems();
  const { definitions: shared } = readOperations(readOperationSources(project).graphql, new Problems());
  const { operations } = readOperations([source], problems, shared);
  if (problems.hasErrors) throw new ProblemsError(problems.sorted());
  const picked = pick(source.file, operations, name);
  for (const fault of validate(api, picked.document, OPERATION_RULES))
    problems.error(placeInSource(fault, source.file), 'OPERATION_INVALID', fault.message);
  if (problems.hasErrors) throw new ProblemsError(problems.sorted());
  const operation = getOperationAST(picked.document);
  if (!operation) throw new Error('An operation without its definition');
  return { name: picked.name, document: picked.document, operation };
}

function pick(file: string, operations: readonly Operation[], name: string | undefined): Operation {
  const names = operations.map((one) => one.name);
  const [first, second] = name === undefined ? operations : operations.filter((one) => one.name === name);
  if (first && !second) return first;
  if (first)
    throw new UserError(`${file} has several operations: name one of ${names.join(', ')} with --operation.`);
  if (name === undefined) throw new UserError(`${file} has no operation.`);
  throw new UserError(`${file} has no operation "${name}".${didYouMean(name, names)}`);
}
