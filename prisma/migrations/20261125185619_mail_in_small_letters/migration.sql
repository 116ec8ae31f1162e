-- Objects that change or go
DROP TRIGGER IF EXISTS plinth_mail_unverified ON "Person";

-- Objects that Prisma cannot express
CREATE OR REPLACE FUNCTION plinth_mail_unverified() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW."email" := lower(NEW."email"::text);
  IF TG_OP = 'UPDATE' THEN
    IF NEW."email"::text IS DISTINCT FROM lower(OLD."email"::text) AND NEW."emailVerified" = OLD."emailVerified" THEN
      NEW."emailVerified" := false;
    END IF;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER plinth_mail_unverified BEFORE INSERT OR UPDATE ON "Person"
  FOR EACH ROW EXECUTE FUNCTION plinth_mail_unverified();
