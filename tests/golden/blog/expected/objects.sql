-- emitted by plinth from schema.graphql; do not edit

-- User/check/name_minLength
ALTER TABLE "User" ADD CONSTRAINT "User_name_minLength_check" CHECK (char_length("name") >= 1);

-- Post/generated/wordCount
ALTER TABLE "Post" ADD COLUMN "wordCount" int4 GENERATED ALWAYS AS (array_length(regexp_split_to_array(body, '\s+'), 1)) STORED NOT NULL;

-- Post/generated/plinth_search
ALTER TABLE "Post" ADD COLUMN "plinth_search" tsvector GENERATED ALWAYS AS (setweight(to_tsvector('simple'::regconfig, left(coalesce("title", ''), 100000)), 'A') || setweight(to_tsvector('simple'::regconfig, left(coalesce("body", ''), 100000)), 'B')) STORED;

-- Post/check/title_minLength
ALTER TABLE "Post" ADD CONSTRAINT "Post_title_minLength_check" CHECK (char_length("title") >= 1);

-- Post/check/title_maxLength
ALTER TABLE "Post" ADD CONSTRAINT "Post_title_maxLength_check" CHECK (char_length("title") <= 200);

-- Post/index/Post_plinth_search_idx
CREATE INDEX "Post_plinth_search_idx" ON "Post" USING gin ("plinth_search");
