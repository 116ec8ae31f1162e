-- CreateEnum
CREATE TYPE "MemberRole" AS ENUM ('OWNER', 'ADMIN', 'MEMBER', 'GUEST');

-- CreateEnum
CREATE TYPE "ProjectStatus" AS ENUM ('PLANNED', 'ACTIVE', 'PAUSED', 'FINISHED');

-- CreateEnum
CREATE TYPE "TaskStatus" AS ENUM ('BACKLOG', 'TODO', 'IN_PROGRESS', 'IN_REVIEW', 'DONE', 'CANCELLED');

-- CreateEnum
CREATE TYPE "TaskPriority" AS ENUM ('LOW', 'NORMAL', 'HIGH', 'URGENT');

-- CreateTable
CREATE TABLE "Person" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "jobTitle" TEXT,
    "avatar" TEXT,
    "timeZone" TEXT NOT NULL DEFAULT 'Europe/Berlin',
    "dayStartsAt" TIME(3),
    "skills" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "preferences" JSONB,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "emailVerified" BOOLEAN NOT NULL DEFAULT false,
    "image" TEXT,
    "roles" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "isAnonymous" BOOLEAN NOT NULL DEFAULT false,
    "twoFactorEnabled" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "Person_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Organization" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "slug" TEXT NOT NULL,
    "billingEmail" TEXT,
    "intakeSecret" TEXT,
    "founderId" UUID NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Organization_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Membership" (
    "id" UUID NOT NULL,
    "organizationId" UUID NOT NULL,
    "personId" UUID NOT NULL,
    "role" "MemberRole" NOT NULL DEFAULT 'MEMBER',
    "hourly_rate" DECIMAL(8,2),
    "joinedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Membership_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Project" (
    "id" UUID NOT NULL,
    "organizationId" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "status" "ProjectStatus" NOT NULL DEFAULT 'PLANNED',
    "private" BOOLEAN NOT NULL DEFAULT false,
    "color" TEXT,
    "startsOn" DATE,
    "endsOn" DATE,
    "budget" DECIMAL(12,2),
    "leadId" UUID,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Project_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Task" (
    "id" UUID NOT NULL,
    "projectId" UUID NOT NULL,
    "title" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "status" "TaskStatus" NOT NULL DEFAULT 'TODO',
    "priority" "TaskPriority" NOT NULL DEFAULT 'NORMAL',
    "startDate" DATE,
    "dueDate" DATE,
    "estimate" DECIMAL(6,2),
    "spent" DECIMAL(6,2) NOT NULL DEFAULT 0,
    "points" INTEGER,
    "completedAt" TIMESTAMPTZ(3),
    "importKey" TEXT,
    "assigneeId" UUID,
    "reporterId" UUID NOT NULL,
    "parentId" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Task_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Label" (
    "id" UUID NOT NULL,
    "organizationId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "color" TEXT NOT NULL DEFAULT '#6b7280',

    CONSTRAINT "Label_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Comment" (
    "id" UUID NOT NULL,
    "taskId" UUID NOT NULL,
    "authorId" UUID NOT NULL,
    "body" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Comment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Attachment" (
    "id" UUID NOT NULL,
    "taskId" UUID NOT NULL,
    "uploaderId" UUID,
    "fileName" TEXT NOT NULL,
    "contentType" TEXT NOT NULL,
    "size" BIGINT NOT NULL,
    "checksum" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Attachment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "plinth_session" (
    "id" UUID NOT NULL,
    "token" TEXT NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "ipAddress" TEXT,
    "userAgent" TEXT,
    "impersonatedBy" TEXT,
    "userId" UUID NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "plinth_session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "plinth_account" (
    "id" UUID NOT NULL,
    "accountId" TEXT NOT NULL,
    "providerId" TEXT NOT NULL,
    "issuer" TEXT,
    "accessToken" TEXT,
    "refreshToken" TEXT,
    "idToken" TEXT,
    "accessTokenExpiresAt" TIMESTAMPTZ(3),
    "refreshTokenExpiresAt" TIMESTAMPTZ(3),
    "scope" TEXT,
    "password" TEXT,
    "userId" UUID NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "plinth_account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "plinth_verification" (
    "id" UUID NOT NULL,
    "identifier" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "plinth_verification_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "plinth_two_factor" (
    "id" UUID NOT NULL,
    "secret" TEXT NOT NULL,
    "backupCodes" TEXT NOT NULL,
    "verified" BOOLEAN NOT NULL DEFAULT true,
    "failedVerificationCount" INTEGER NOT NULL DEFAULT 0,
    "lockedUntil" TIMESTAMPTZ(3),
    "userId" UUID NOT NULL,

    CONSTRAINT "plinth_two_factor_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "plinth_api_key" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "start" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "roles" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "expiresAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "userId" UUID NOT NULL,

    CONSTRAINT "plinth_api_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "plinth_throttle" (
    "id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "count" INTEGER NOT NULL,
    "until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "plinth_throttle_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "plinth_auth_event" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "reason" TEXT,
    "ipAddress" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "plinth_auth_event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "_LabelToTask" (
    "A" UUID NOT NULL,
    "B" UUID NOT NULL,

    CONSTRAINT "_LabelToTask_AB_pkey" PRIMARY KEY ("A","B")
);

-- CreateIndex
CREATE UNIQUE INDEX "Person_email_key" ON "Person"("email");

-- CreateIndex
CREATE INDEX "Person_skills_gin_idx" ON "Person" USING GIN ("skills");

-- CreateIndex
CREATE UNIQUE INDEX "Organization_slug_key" ON "Organization"("slug");

-- CreateIndex
CREATE INDEX "Organization_founderId_idx" ON "Organization"("founderId");

-- CreateIndex
CREATE INDEX "Membership_personId_idx" ON "Membership"("personId");

-- CreateIndex
CREATE UNIQUE INDEX "Membership_organizationId_personId_key" ON "Membership"("organizationId", "personId");

-- CreateIndex
CREATE INDEX "Project_leadId_idx" ON "Project"("leadId");

-- CreateIndex
CREATE UNIQUE INDEX "Project_organizationId_key_key" ON "Project"("organizationId", "key");

-- CreateIndex
CREATE INDEX "Task_dueDate_idx" ON "Task"("dueDate");

-- CreateIndex
CREATE INDEX "Task_projectId_status_idx" ON "Task"("projectId", "status");

-- CreateIndex
CREATE INDEX "Task_assigneeId_idx" ON "Task"("assigneeId");

-- CreateIndex
CREATE INDEX "Task_reporterId_idx" ON "Task"("reporterId");

-- CreateIndex
CREATE INDEX "Task_parentId_idx" ON "Task"("parentId");

-- CreateIndex
CREATE UNIQUE INDEX "Label_organizationId_name_key" ON "Label"("organizationId", "name");

-- CreateIndex
CREATE INDEX "Comment_taskId_createdAt_idx" ON "Comment"("taskId", "createdAt");

-- CreateIndex
CREATE INDEX "Comment_authorId_idx" ON "Comment"("authorId");

-- CreateIndex
CREATE INDEX "Attachment_taskId_idx" ON "Attachment"("taskId");

-- CreateIndex
CREATE INDEX "Attachment_uploaderId_idx" ON "Attachment"("uploaderId");

-- CreateIndex
CREATE UNIQUE INDEX "plinth_session_token_key" ON "plinth_session"("token");

-- CreateIndex
CREATE INDEX "plinth_session_userId_idx" ON "plinth_session"("userId");

-- CreateIndex
CREATE INDEX "plinth_account_accountId_idx" ON "plinth_account"("accountId");

-- CreateIndex
CREATE INDEX "plinth_account_userId_idx" ON "plinth_account"("userId");

-- CreateIndex
CREATE INDEX "plinth_verification_identifier_idx" ON "plinth_verification"("identifier");

-- CreateIndex
CREATE INDEX "plinth_two_factor_userId_idx" ON "plinth_two_factor"("userId");

-- CreateIndex
CREATE UNIQUE INDEX "plinth_api_key_hash_key" ON "plinth_api_key"("hash");

-- CreateIndex
CREATE INDEX "plinth_api_key_userId_idx" ON "plinth_api_key"("userId");

-- CreateIndex
CREATE UNIQUE INDEX "plinth_throttle_key_key" ON "plinth_throttle"("key");

-- CreateIndex
CREATE INDEX "plinth_auth_event_subject_idx" ON "plinth_auth_event"("subject");

-- CreateIndex
CREATE INDEX "_LabelToTask_B_index" ON "_LabelToTask"("B");

-- AddForeignKey
ALTER TABLE "Organization" ADD CONSTRAINT "Organization_founderId_fkey" FOREIGN KEY ("founderId") REFERENCES "Person"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Membership" ADD CONSTRAINT "Membership_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Membership" ADD CONSTRAINT "Membership_personId_fkey" FOREIGN KEY ("personId") REFERENCES "Person"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Project" ADD CONSTRAINT "Project_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Project" ADD CONSTRAINT "Project_leadId_fkey" FOREIGN KEY ("leadId") REFERENCES "Person"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Task" ADD CONSTRAINT "Task_projectId_fkey" FOREIGN KEY ("projectId") REFERENCES "Project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Task" ADD CONSTRAINT "Task_assigneeId_fkey" FOREIGN KEY ("assigneeId") REFERENCES "Person"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Task" ADD CONSTRAINT "Task_reporterId_fkey" FOREIGN KEY ("reporterId") REFERENCES "Person"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Task" ADD CONSTRAINT "Task_parentId_fkey" FOREIGN KEY ("parentId") REFERENCES "Task"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Label" ADD CONSTRAINT "Label_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Comment" ADD CONSTRAINT "Comment_taskId_fkey" FOREIGN KEY ("taskId") REFERENCES "Task"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Comment" ADD CONSTRAINT "Comment_authorId_fkey" FOREIGN KEY ("authorId") REFERENCES "Person"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Attachment" ADD CONSTRAINT "Attachment_taskId_fkey" FOREIGN KEY ("taskId") REFERENCES "Task"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Attachment" ADD CONSTRAINT "Attachment_uploaderId_fkey" FOREIGN KEY ("uploaderId") REFERENCES "Person"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "plinth_session" ADD CONSTRAINT "plinth_session_userId_fkey" FOREIGN KEY ("userId") REFERENCES "Person"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "plinth_account" ADD CONSTRAINT "plinth_account_userId_fkey" FOREIGN KEY ("userId") REFERENCES "Person"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "plinth_two_factor" ADD CONSTRAINT "plinth_two_factor_userId_fkey" FOREIGN KEY ("userId") REFERENCES "Person"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "plinth_api_key" ADD CONSTRAINT "plinth_api_key_userId_fkey" FOREIGN KEY ("userId") REFERENCES "Person"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "_LabelToTask" ADD CONSTRAINT "_LabelToTask_A_fkey" FOREIGN KEY ("A") REFERENCES "Label"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "_LabelToTask" ADD CONSTRAINT "_LabelToTask_B_fkey" FOREIGN KEY ("B") REFERENCES "Task"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Objects that Prisma cannot express
CREATE EXTENSION IF NOT EXISTS pg_trgm;
ALTER TABLE "Person" ADD CONSTRAINT "Person_name_minLength_check" CHECK (char_length("name") >= 1);
ALTER TABLE "Person" ADD CONSTRAINT "Person_name_maxLength_check" CHECK (char_length("name") <= 120);
ALTER TABLE "Person" ADD CONSTRAINT "Person_jobTitle_maxLength_check" CHECK (char_length("jobTitle") <= 80);
ALTER TABLE "Person" ADD CONSTRAINT "Person_skills_required_check" CHECK ("skills" IS NOT NULL);
ALTER TABLE "Person" ADD CONSTRAINT "Person_skills_items_check" CHECK (array_position("skills", NULL) IS NULL);
ALTER TABLE "Person" ADD CONSTRAINT "Person_skills_maxItems_check" CHECK (cardinality("skills") <= 20);
ALTER TABLE "Person" ADD CONSTRAINT "Person_roles_required_check" CHECK ("roles" IS NOT NULL);
ALTER TABLE "Person" ADD CONSTRAINT "Person_roles_items_check" CHECK (array_position("roles", NULL) IS NULL);
CREATE INDEX "Person_name_trgm_idx" ON "Person" USING gin ("name" gin_trgm_ops);
ALTER TABLE "Organization" ADD CONSTRAINT "Organization_name_minLength_check" CHECK (char_length("name") >= 1);
ALTER TABLE "Organization" ADD CONSTRAINT "Organization_name_maxLength_check" CHECK (char_length("name") <= 120);
ALTER TABLE "Organization" ADD CONSTRAINT "Organization_slug_minLength_check" CHECK (char_length("slug") >= 2);
ALTER TABLE "Organization" ADD CONSTRAINT "Organization_slug_maxLength_check" CHECK (char_length("slug") <= 40);
ALTER TABLE "Organization" ADD CONSTRAINT "Organization_slug_format_check" CHECK ("slug" ~ '^[a-z0-9]+(-[a-z0-9]+)*$');
ALTER TABLE "Organization" ADD CONSTRAINT "Organization_intakeSecret_minLength_check" CHECK (char_length("intakeSecret") >= 16);
ALTER TABLE "Organization" ADD CONSTRAINT "Organization_intakeSecret_maxLength_check" CHECK (char_length("intakeSecret") <= 200);
ALTER TABLE "Membership" ADD CONSTRAINT "Membership_hourly_rate_min_check" CHECK ("hourly_rate" >= 0);
ALTER TABLE "Project" ADD COLUMN "plinth_search" tsvector GENERATED ALWAYS AS (setweight(to_tsvector('simple'::regconfig, left(coalesce("name", ''), 100000)), 'A') || setweight(to_tsvector('simple'::regconfig, left(coalesce("description", ''), 100000)), 'B')) STORED;
ALTER TABLE "Project" ADD CONSTRAINT "Project_key_pattern_check" CHECK ("key" ~ '^[A-Z]{2,6}$');
ALTER TABLE "Project" ADD CONSTRAINT "Project_name_minLength_check" CHECK (char_length("name") >= 1);
ALTER TABLE "Project" ADD CONSTRAINT "Project_name_maxLength_check" CHECK (char_length("name") <= 120);
ALTER TABLE "Project" ADD CONSTRAINT "Project_description_maxLength_check" CHECK (char_length("description") <= 5000);
ALTER TABLE "Project" ADD CONSTRAINT "Project_budget_min_check" CHECK ("budget" >= 0);
ALTER TABLE "Project" ADD CONSTRAINT "Project_row_1_check" CHECK ((("startsOn" IS NULL) OR ("endsOn" IS NULL) OR ("startsOn" <= "endsOn")));
CREATE INDEX "Project_name_trgm_idx" ON "Project" USING gin ("name" gin_trgm_ops);
CREATE INDEX "Project_plinth_search_idx" ON "Project" USING gin ("plinth_search");
ALTER TABLE "Task" ADD COLUMN "remaining" numeric GENERATED ALWAYS AS (greatest(estimate - spent, 0)) STORED;
ALTER TABLE "Task" ADD COLUMN "open" bool GENERATED ALWAYS AS (status NOT IN ('DONE', 'CANCELLED')) STORED NOT NULL;
ALTER TABLE "Task" ADD COLUMN "plinth_search" tsvector GENERATED ALWAYS AS (setweight(to_tsvector('simple'::regconfig, left(coalesce("title", ''), 100000)), 'A') || setweight(to_tsvector('simple'::regconfig, left(coalesce("description", ''), 100000)), 'B')) STORED;
ALTER TABLE "Task" ADD CONSTRAINT "Task_title_minLength_check" CHECK (char_length("title") >= 1);
ALTER TABLE "Task" ADD CONSTRAINT "Task_title_maxLength_check" CHECK (char_length("title") <= 200);
ALTER TABLE "Task" ADD CONSTRAINT "Task_description_maxLength_check" CHECK (char_length("description") <= 20000);
ALTER TABLE "Task" ADD CONSTRAINT "Task_estimate_min_check" CHECK ("estimate" >= 0);
ALTER TABLE "Task" ADD CONSTRAINT "Task_estimate_max_check" CHECK ("estimate" <= 1000);
ALTER TABLE "Task" ADD CONSTRAINT "Task_spent_min_check" CHECK ("spent" >= 0);
ALTER TABLE "Task" ADD CONSTRAINT "Task_spent_max_check" CHECK ("spent" <= 9999);
ALTER TABLE "Task" ADD CONSTRAINT "Task_points_min_check" CHECK ("points" >= 0);
ALTER TABLE "Task" ADD CONSTRAINT "Task_points_max_check" CHECK ("points" <= 100);
ALTER TABLE "Task" ADD CONSTRAINT "Task_row_1_check" CHECK ((("startDate" IS NULL) OR ("dueDate" IS NULL) OR ("startDate" <= "dueDate")));
CREATE INDEX "Task_assigneeId_dueDate_where_f3de14_idx" ON "Task" ("assigneeId", "dueDate") WHERE (status NOT IN ('DONE', 'CANCELLED'));
CREATE INDEX "Task_title_trgm_idx" ON "Task" USING gin ("title" gin_trgm_ops);
CREATE INDEX "Task_plinth_search_idx" ON "Task" USING gin ("plinth_search");
ALTER TABLE "Label" ADD CONSTRAINT "Label_name_minLength_check" CHECK (char_length("name") >= 1);
ALTER TABLE "Label" ADD CONSTRAINT "Label_name_maxLength_check" CHECK (char_length("name") <= 40);
ALTER TABLE "Comment" ADD COLUMN "plinth_search" tsvector GENERATED ALWAYS AS (setweight(to_tsvector('simple'::regconfig, left(coalesce("body", ''), 100000)), 'A')) STORED;
ALTER TABLE "Comment" ADD CONSTRAINT "Comment_body_minLength_check" CHECK (char_length("body") >= 1);
ALTER TABLE "Comment" ADD CONSTRAINT "Comment_body_maxLength_check" CHECK (char_length("body") <= 10000);
CREATE INDEX "Comment_plinth_search_idx" ON "Comment" USING gin ("plinth_search");
ALTER TABLE "Attachment" ADD CONSTRAINT "Attachment_fileName_minLength_check" CHECK (char_length("fileName") >= 1);
ALTER TABLE "Attachment" ADD CONSTRAINT "Attachment_fileName_maxLength_check" CHECK (char_length("fileName") <= 255);
ALTER TABLE "Attachment" ADD CONSTRAINT "Attachment_contentType_pattern_check" CHECK ("contentType" ~ '^[a-z]+/[a-z0-9.+-]+$');
ALTER TABLE "Attachment" ADD CONSTRAINT "Attachment_size_min_check" CHECK ("size" >= 0);
ALTER TABLE "Attachment" ADD CONSTRAINT "Attachment_checksum_pattern_check" CHECK ("checksum" ~ '^[0-9a-f]{64}$');
CREATE OR REPLACE FUNCTION plinth_mail_unverified() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF lower(NEW."email"::text) IS DISTINCT FROM lower(OLD."email"::text) AND NEW."emailVerified" = OLD."emailVerified" THEN
    NEW."emailVerified" := false;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER plinth_mail_unverified BEFORE UPDATE ON "Person"
  FOR EACH ROW EXECUTE FUNCTION plinth_mail_unverified();
