-- emitted by plinth from schema.graphql; do not edit

-- Everything/check/port_range
ALTER TABLE "Everything" ADD CONSTRAINT "Everything_port_range_check" CHECK (0 <= "port" AND 65535 >= "port");

-- Everything/check/latitude_range
ALTER TABLE "Everything" ADD CONSTRAINT "Everything_latitude_range_check" CHECK (-90 <= "latitude" AND 90 >= "latitude");

-- Everything/check/positive_range
ALTER TABLE "Everything" ADD CONSTRAINT "Everything_positive_range_check" CHECK (0 < "positive");

-- Everything/check/texts_required
ALTER TABLE "Everything" ADD CONSTRAINT "Everything_texts_required_check" CHECK ("texts" IS NOT NULL);

-- Everything/check/texts_items
ALTER TABLE "Everything" ADD CONSTRAINT "Everything_texts_items_check" CHECK (array_position("texts", NULL) IS NULL);

-- Everything/check/numbers_items
ALTER TABLE "Everything" ADD CONSTRAINT "Everything_numbers_items_check" CHECK (array_position("numbers", NULL) IS NULL);

-- Everything/check/colours_required
ALTER TABLE "Everything" ADD CONSTRAINT "Everything_colours_required_check" CHECK ("colours" IS NOT NULL);

-- Everything/check/colours_items
ALTER TABLE "Everything" ADD CONSTRAINT "Everything_colours_items_check" CHECK (array_position("colours", NULL) IS NULL);

-- Everything/check/instants_required
ALTER TABLE "Everything" ADD CONSTRAINT "Everything_instants_required_check" CHECK ("instants" IS NOT NULL);

-- Everything/check/instants_items
ALTER TABLE "Everything" ADD CONSTRAINT "Everything_instants_items_check" CHECK (array_position("instants", NULL) IS NULL);

-- Everything/check/moneys_required
ALTER TABLE "Everything" ADD CONSTRAINT "Everything_moneys_required_check" CHECK ("moneys" IS NOT NULL);

-- Everything/check/moneys_items
ALTER TABLE "Everything" ADD CONSTRAINT "Everything_moneys_items_check" CHECK (array_position("moneys", NULL) IS NULL);

-- Everything/check/bigs_required
ALTER TABLE "Everything" ADD CONSTRAINT "Everything_bigs_required_check" CHECK ("bigs" IS NOT NULL);

-- Everything/check/bigs_items
ALTER TABLE "Everything" ADD CONSTRAINT "Everything_bigs_items_check" CHECK (array_position("bigs", NULL) IS NULL);
