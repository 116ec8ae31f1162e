import type { FieldDefinitionNode } from 'graphql';
import type { Exposure, IdKind } from '../../model/app-model.ts';
import { directive } from '../arguments.ts';

/**
 * Where a field shows. `writable` is false for what the server sets (presets, maintained and computed fields).
 * `idKind` is given for `id` alone: only a client-made id is in an input, and only in that of create.
 */
export function exposureOf(
  node: FieldDefinitionNode,
  writable: boolean,
  idKind: IdKind | undefined,
): Exposure {
  const has = (name: string): boolean => directive(node, name) !== undefined;
  const isHidden = has('hidden');
  const inInputs = writable && !isHidden && !has('readOnly');
  return {
    output: !isHidden && !has('writeOnly'),
    create: inInputs && (idKind === undefined || idKind === 'NONE'),
    update: inInputs && !has('createOnly') && idKind === undefined,
  };
}
