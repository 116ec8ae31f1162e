import {
  type ASTNode,
  type DefinitionNode,
  type DirectiveNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  Kind,
  print,
  visit,
} from 'graphql';
import type { AppModel } from '../../model/app-model.ts';
import { printDeprecated, type SdlDefinition, type SdlField } from './sdl.ts';
import { sharedType } from './shared-types.ts';

/** Directives that mean something to clients; all others of the author's are orders to Plinth and stay here. */
const PUBLIC_DIRECTIVES = new Set(['deprecated', 'specifiedBy', 'oneOf']);

/** The author's own types, without their private directives, as they go into the API. */
export function carryCustomTypes(app: AppModel): readonly SdlDefinition[] {
  return app.customTypes.flatMap((node): SdlDefinition[] => {
    if (!('name' in node) || !node.name || isOurs(app, node.name.value)) return [];
    return [
      { kind: 'source', name: node.name.value, sdl: print(withoutPrivate(node)), refersTo: namesIn(node) },
    ];
  });
}

/** Enums and known scalars (`scalar DateTime`) are emitted by us, wherever they are used. */
function isOurs(app: AppModel, name: string): boolean {
  return app.enumByName.has(name) || sharedType(name) !== undefined;
}

/** A field of the author's as a field of the API. `fallback` describes it where the author does not. */
export function carryField(node: FieldDefinitionNode, fallback: string): SdlField {
  return {
    name: node.name.value,
    type: print(node.type),
    description: node.description?.value ?? fallback,
    args: (node.arguments ?? []).map((argument) => ({
      name: argument.name.value,
      type: print(argument.type),
      suffix: afterType(argument),
      description: argument.description?.value ?? `\`${argument.name.value}\` of \`${node.name.value}\`.`,
    })),
    deprecated: deprecation(node.directives ?? []),
  };
}

/** The default value and the deprecation of an argument. */
function afterType(argument: InputValueDefinitionNode): string {
  const value = argument.defaultValue ? ` = ${print(argument.defaultValue)}` : '';
  return value + printDeprecated(deprecation(argument.directives ?? []));
}

function deprecation(directives: readonly DirectiveNode[]): string | undefined {
  const directive = directives.find((each) => each.name.value === 'deprecated');
  if (!directive) return undefined;
  const reason = directive.arguments?.find((argument) => argument.name.value === 'reason')?.value;
  return reason?.kind === Kind.STRING ? reason.value : 'No longer supported';
}

function withoutPrivate(node: DefinitionNode): DefinitionNode {
  const leave = (directive: ASTNode) =>
    directive.kind === Kind.DIRECTIVE && !PUBLIC_DIRECTIVES.has(directive.name.value) ? null : undefined;
  return visit(node, { [Kind.DIRECTIVE]: { enter: leave } });
}

function namesIn(node: DefinitionNode): readonly string[] {
  const found: string[] = [];
  const note = (type: ASTNode) => {
    if (type.kind === Kind.NAMED_TYPE) found.push(type.name.value);
  };
  visit(node, { [Kind.NAMED_TYPE]: { enter: note } });
  return found;
}
