-- emitted by plinth from schema.graphql; do not edit

-- extension/pg_trgm
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- Article/generated/titleLength
ALTER TABLE "Article" ADD COLUMN "titleLength" int4 GENERATED ALWAYS AS (char_length(title)) STORED;

-- Article/generated/upper
ALTER TABLE "Article" ADD COLUMN "upper" text GENERATED ALWAYS AS (upper("title")) STORED NOT NULL;

-- Article/generated/plinth_search
ALTER TABLE "Article" ADD COLUMN "plinth_search" tsvector GENERATED ALWAYS AS (setweight(to_tsvector('simple'::regconfig, left(coalesce("title", ''), 100000)), 'A') || setweight(to_tsvector('simple'::regconfig, left(coalesce("summary", ''), 100000)), 'B') || setweight(to_tsvector('simple'::regconfig, left(coalesce("body", ''), 100000)), 'C') || setweight(to_tsvector('simple'::regconfig, left(coalesce("notes", ''), 100000)), 'D') || setweight(to_tsvector('simple'::regconfig, left(coalesce("footnotes", ''), 100000)), 'D')) STORED;

-- Article/generated/plinth_search_secret
ALTER TABLE "Article" ADD COLUMN "plinth_search_secret" tsvector GENERATED ALWAYS AS (setweight(to_tsvector('simple'::regconfig, left(coalesce("secret", ''), 100000)), 'D')) STORED;

-- Article/check/tags_required
ALTER TABLE "Article" ADD CONSTRAINT "Article_tags_required_check" CHECK ("tags" IS NOT NULL);

-- Article/check/tags_items
ALTER TABLE "Article" ADD CONSTRAINT "Article_tags_items_check" CHECK (array_position("tags", NULL) IS NULL);

-- Article/index/Article_title_trgm_idx
CREATE INDEX "Article_title_trgm_idx" ON "Article" USING gin ("title" gin_trgm_ops);

-- Article/index/Article_title_summary_where_5f6a2a_trgm_idx
CREATE INDEX "Article_title_summary_where_5f6a2a_trgm_idx" ON "Article" USING gin ("title" gin_trgm_ops, "summary" gin_trgm_ops) WHERE (status = 'LIVE');

-- Article/index/Article_createdAt_where_5f6a2a_idx
CREATE INDEX "Article_createdAt_where_5f6a2a_idx" ON "Article" ("createdAt") WHERE (status = 'LIVE');

-- Article/index/Article_createdAt_where_56f084_idx
CREATE INDEX "Article_createdAt_where_56f084_idx" ON "Article" ("createdAt") WHERE (status = 'DRAFT');

-- Article/index/Article_plinth_search_idx
CREATE INDEX "Article_plinth_search_idx" ON "Article" USING gin ("plinth_search");

-- Article/index/Article_plinth_search_secret_idx
CREATE INDEX "Article_plinth_search_secret_idx" ON "Article" USING gin ("plinth_search_secret");
