import { argumentTypes } from './argument-types.ts';
import { directiveArguments } from './directive-arguments.ts';
import { directivePlaces } from './directive-places.ts';
import { directiveRepeated } from './directive-repeated.ts';
import { fieldTypes } from './field-types.ts';
import { ids } from './ids.ts';
import { knownDirectives } from './known-directives.ts';
import { modelAccess } from './model-access.ts';
import { onDelete } from './on-delete.ts';
import { oneToOneFarSide } from './one-to-one-far-side.ts';
import { relationDirectives } from './relation-directives.ts';
import { relationFaults } from './relation-faults.ts';
import { relationKeys } from './relation-keys.ts';
import { repeatedDefinitions } from './repeated-definitions.ts';
import type { Rule } from './rule.ts';
import { strayDefinitions } from './stray-definitions.ts';
import { userModel } from './user-model.ts';

/** Everything that can be wrong with a schema, from the outside in. What is not in here is not checked. */
export const RULES: readonly Rule[] = [
  // What is written down at all.
  strayDefinitions,
  repeatedDefinitions,
  // Directives, by the text in directives.ts.
  knownDirectives,
  directivePlaces,
  directiveRepeated,
  directiveArguments,
  argumentTypes,
  // Models.
  fieldTypes,
  ids,
  modelAccess,
  userModel,
  // Relations.
  relationFaults,
  oneToOneFarSide,
  onDelete,
  relationKeys,
  relationDirectives,
];
