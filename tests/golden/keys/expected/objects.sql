-- emitted by plinth from schema.graphql; do not edit

-- AModelWhoseNameIsSoLongThatItsIndexesDoNotFit/check/aFieldWhoseNameIsLongEnoughToo_maxLength
ALTER TABLE "AModelWhoseNameIsSoLongThatItsIndexesDoNotFit" ADD CONSTRAINT "AModelWhoseNameIsSoLongThatItsIndexesDoNotFit_aF_32b2295e_check" CHECK (char_length("aFieldWhoseNameIsLongEnoughToo") <= 5);
