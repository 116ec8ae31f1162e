-- emitted by plinth from schema.graphql; do not edit

-- Product/check/name_minLength
ALTER TABLE "Product" ADD CONSTRAINT "Product_name_minLength_check" CHECK (char_length("name") >= 2);

-- Product/check/name_maxLength
ALTER TABLE "Product" ADD CONSTRAINT "Product_name_maxLength_check" CHECK (char_length("name") <= 80);

-- Product/check/name_pattern
ALTER TABLE "Product" ADD CONSTRAINT "Product_name_pattern_check" CHECK ("name" ~ '^[A-Z][A-Za-z0-9_]*(''s)?$');

-- Product/check/price_min
ALTER TABLE "Product" ADD CONSTRAINT "Product_price_min_check" CHECK ("price" >= (-5));

-- Product/check/price_max
ALTER TABLE "Product" ADD CONSTRAINT "Product_price_max_check" CHECK ("price" <= 100);

-- Product/check/weight_min
ALTER TABLE "Product" ADD CONSTRAINT "Product_weight_min_check" CHECK ("weight" >= 0.001);

-- Product/check/weight_max
ALTER TABLE "Product" ADD CONSTRAINT "Product_weight_max_check" CHECK ("weight" <= 1000);

-- Product/check/stock_min
ALTER TABLE "Product" ADD CONSTRAINT "Product_stock_min_check" CHECK ("stock" >= 0);

-- Product/check/ratio_min
ALTER TABLE "Product" ADD CONSTRAINT "Product_ratio_min_check" CHECK ("ratio" >= 0.5);

-- Product/check/ratio_max
ALTER TABLE "Product" ADD CONSTRAINT "Product_ratio_max_check" CHECK ("ratio" <= 1);

-- Product/check/tags_required
ALTER TABLE "Product" ADD CONSTRAINT "Product_tags_required_check" CHECK ("tags" IS NOT NULL);

-- Product/check/tags_items
ALTER TABLE "Product" ADD CONSTRAINT "Product_tags_items_check" CHECK (array_position("tags", NULL) IS NULL);

-- Product/check/tags_minItems
ALTER TABLE "Product" ADD CONSTRAINT "Product_tags_minItems_check" CHECK (cardinality("tags") >= 1);

-- Product/check/tags_maxItems
ALTER TABLE "Product" ADD CONSTRAINT "Product_tags_maxItems_check" CHECK (cardinality("tags") <= 5);

-- Product/check/email_format
ALTER TABLE "Product" ADD CONSTRAINT "Product_email_format_check" CHECK ("email" ~ '^[A-Za-z0-9.!#$%&''*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+$');

-- Product/check/url_format
ALTER TABLE "Product" ADD CONSTRAINT "Product_url_format_check" CHECK ("url" ~ '^[A-Za-z][A-Za-z0-9+.-]*://[^ \t\n\r"<>\\^`{|}]+$');

-- Product/check/uuid_format
ALTER TABLE "Product" ADD CONSTRAINT "Product_uuid_format_check" CHECK ("uuid" ~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$');

-- Product/check/slug_format
ALTER TABLE "Product" ADD CONSTRAINT "Product_slug_format_check" CHECK ("slug" ~ '^[a-z0-9]+(-[a-z0-9]+)*$');

-- Product/check/ipv4_format
ALTER TABLE "Product" ADD CONSTRAINT "Product_ipv4_format_check" CHECK ("ipv4" ~ '^(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(\.(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])){3}$');

-- Product/check/ipv6_format
ALTER TABLE "Product" ADD CONSTRAINT "Product_ipv6_format_check" CHECK ("ipv6" ~ '^(([0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}|([0-9a-fA-F]{1,4}:){1,7}:|([0-9a-fA-F]{1,4}:){1,6}(:[0-9a-fA-F]{1,4}){1,1}|([0-9a-fA-F]{1,4}:){1,5}(:[0-9a-fA-F]{1,4}){1,2}|([0-9a-fA-F]{1,4}:){1,4}(:[0-9a-fA-F]{1,4}){1,3}|([0-9a-fA-F]{1,4}:){1,3}(:[0-9a-fA-F]{1,4}){1,4}|([0-9a-fA-F]{1,4}:){1,2}(:[0-9a-fA-F]{1,4}){1,5}|([0-9a-fA-F]{1,4}:){1,1}(:[0-9a-fA-F]{1,4}){1,6}|:(:[0-9a-fA-F]{1,4}){1,7}|::|([0-9a-fA-F]{1,4}:){6}(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(\.(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])){3}|::([0-9a-fA-F]{1,4}:){0,5}(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(\.(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])){3}|([0-9a-fA-F]{1,4}:){1,1}(:[0-9a-fA-F]{1,4}){1,4}:(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(\.(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])){3}|([0-9a-fA-F]{1,4}:){1,2}(:[0-9a-fA-F]{1,4}){1,3}:(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(\.(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])){3}|([0-9a-fA-F]{1,4}:){1,3}(:[0-9a-fA-F]{1,4}){1,2}:(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(\.(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])){3}|([0-9a-fA-F]{1,4}:){1,4}(:[0-9a-fA-F]{1,4}){1,1}:(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(\.(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])){3}|([0-9a-fA-F]{1,4}:){1,5}:(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(\.(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])){3})$');

-- Product/check/host_format
ALTER TABLE "Product" ADD CONSTRAINT "Product_host_format_check" CHECK ("host" ~ '^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$');

-- Product/check/day_format
ALTER TABLE "Product" ADD CONSTRAINT "Product_day_format_check" CHECK ("day" ~ '^((?!0000)[0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([0-9][0-9](0[48]|[2468][048]|[13579][26])|(0[48]|[2468][048]|[13579][26])00)-02-29)$');

-- Product/check/instant_format
ALTER TABLE "Product" ADD CONSTRAINT "Product_instant_format_check" CHECK ("instant" ~ '^((?!0000)[0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([0-9][0-9](0[48]|[2468][048]|[13579][26])|(0[48]|[2468][048]|[13579][26])00)-02-29)[Tt]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,9})?)?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$');

-- Product/check/row_1
ALTER TABLE "Product" ADD CONSTRAINT "Product_row_1_check" CHECK ((("startsAt" IS NULL) OR ("endsAt" IS NULL) OR ("startsAt" < "endsAt")));

-- Product/check/row_2
ALTER TABLE "Product" ADD CONSTRAINT "Product_row_2_check" CHECK (((("price"::numeric * 2::numeric) >= "cost") AND ("kind" IN ('a', 'b'))));

-- Product/check/row_3
ALTER TABLE "Product" ADD CONSTRAINT "Product_row_3_check" CHECK ((starts_with("name", 'P') OR (NOT (strpos("name", 'it''s') > 0)) OR (cardinality("tags") > 0)));
