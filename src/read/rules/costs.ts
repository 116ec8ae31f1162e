import { argument, directive } from '../arguments.ts';
import { HEAVIEST, weightOf } from '../build/field-weights.ts';
import { placeOf } from '../locate.ts';
import type { Rule } from './rule.ts';
import { directiveUses } from './walk.ts';

/** `@cost` with a weight that can be added up, on something that is answered. */
export const costs: Rule = (judged) => {
  const { app, problems } = judged;
  for (const { used } of directiveUses(judged)) {
    const weight = used.name.value === 'cost' ? argument(used, 'weight') : undefined;
    if (!weight || weightOf({ directives: [used] }) !== undefined) continue;
    const message = `The weight of @cost is a number from 0 to ${HEAVIEST}. Write @cost(weight: 5).`;
    problems.error(placeOf(weight), 'COST_WEIGHT', message);
  }
  for (const entity of app.entities) {
    for (const field of entity.fields) {
      const model = judged.schema.models.get(entity.name);
      const node = model?.fields?.find(({ name }) => name.value === field.name);
      const used = node && directive(node, 'cost');
      if (!used || field.exposure.output) continue;
      const message = `${entity.name}.${field.name} is never answered, so its cost never counts. Remove @cost.`;
      problems.error(placeOf(used), 'COST_NEVER_COUNTS', message);
    }
  }
};
