import { abstractTypes } from './abstract-types.ts';
import { argumentTypes } from './argument-types.ts';
import { cacheHints } from './cache-hints.ts';
import { checks } from './checks.ts';
import { columnNames } from './column-names.ts';
import { columnTypes } from './column-types.ts';
import { computedFields } from './computed-fields.ts';
import { constraints } from './constraints.ts';
import { costs } from './costs.ts';
import { customRootFields } from './custom-root-fields.ts';
import { defaults } from './defaults.ts';
import { directiveArguments } from './directive-arguments.ts';
import { directivePlaces } from './directive-places.ts';
import { directiveRepeated } from './directive-repeated.ts';
import { emptyTypes } from './empty-types.ts';
import { exposures } from './exposures.ts';
import { fieldClashes } from './field-clashes.ts';
import { fieldTypes } from './field-types.ts';
import { generatedTypeClashes } from './generated-type-clashes.ts';
import { ids } from './ids.ts';
import { indexes } from './indexes.ts';
import { knownDirectives } from './known-directives.ts';
import { maintainedFields } from './maintained-fields.ts';
import { modelAccess } from './model-access.ts';
import { onDelete } from './on-delete.ts';
import { oneToOneFarSide } from './one-to-one-far-side.ts';
import { presets } from './presets.ts';
import { relationDirectives } from './relation-directives.ts';
import { relationFaults } from './relation-faults.ts';
import { relationKeys } from './relation-keys.ts';
import { relationNames } from './relation-names.ts';
import { renames } from './renames.ts';
import { repeatedDefinitions } from './repeated-definitions.ts';
import { reservedNames } from './reserved-names.ts';
import { rootFieldClashes } from './root-field-clashes.ts';
import type { Rule } from './rule.ts';
import { searchFields } from './search-fields.ts';
import { strayDefinitions } from './stray-definitions.ts';
import { tableNames } from './table-names.ts';
import { typeReferences } from './type-references.ts';
import { uniques } from './uniques.ts';
import { userModel } from './user-model.ts';

/** Everything that can be wrong with a schema, from the outside in. What is not in here is not checked. */
export const RULES: readonly Rule[] = [
  // What is written down at all.
  strayDefinitions,
  repeatedDefinitions,
  emptyTypes,
  // Directives, by the text in directives.ts.
  knownDirectives,
  directivePlaces,
  directiveRepeated,
  directiveArguments,
  argumentTypes,
  // Names, the author's and those that the generated API needs.
  reservedNames,
  generatedTypeClashes,
  rootFieldClashes,
  fieldClashes,
  // Types that fields mention.
  fieldTypes,
  typeReferences,
  abstractTypes,
  // Models as a whole.
  ids,
  modelAccess,
  userModel,
  checks,
  // Relations.
  relationFaults,
  relationNames,
  relationKeys,
  relationDirectives,
  oneToOneFarSide,
  onDelete,
  // Keys and indexes.
  uniques,
  indexes,
  // Values.
  defaults,
  presets,
  maintainedFields,
  constraints,
  searchFields,
  computedFields,
  exposures,
  costs,
  // The database.
  columnNames,
  columnTypes,
  tableNames,
  renames,
  // Root fields of the author's own.
  customRootFields,
  // What may be kept of answers.
  cacheHints,
];
