-- emitted by plinth from schema.graphql; do not edit

-- Team/check/labels_required
ALTER TABLE "Team" ADD CONSTRAINT "Team_labels_required_check" CHECK ("labels" IS NOT NULL);

-- Team/check/labels_items
ALTER TABLE "Team" ADD CONSTRAINT "Team_labels_items_check" CHECK (array_position("labels", NULL) IS NULL);
