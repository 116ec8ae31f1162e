-- emitted by plinth from schema.graphql; do not edit

-- Account/check/notes_required
ALTER TABLE "Account" ADD CONSTRAINT "Account_notes_required_check" CHECK ("notes" IS NOT NULL);

-- Account/check/notes_items
ALTER TABLE "Account" ADD CONSTRAINT "Account_notes_items_check" CHECK (array_position("notes", NULL) IS NULL);
