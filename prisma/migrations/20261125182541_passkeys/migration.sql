-- CreateTable
CREATE TABLE "plinth_passkey" (
    "id" UUID NOT NULL,
    "name" TEXT,
    "credentialId" TEXT NOT NULL,
    "publicKey" TEXT NOT NULL,
    "counter" BIGINT NOT NULL DEFAULT 0,
    "deviceType" TEXT NOT NULL,
    "backedUp" BOOLEAN NOT NULL,
    "transports" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lastUsedAt" TIMESTAMPTZ(3),
    "userId" UUID NOT NULL,

    CONSTRAINT "plinth_passkey_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "plinth_passkey_credentialId_key" ON "plinth_passkey"("credentialId");

-- CreateIndex
CREATE INDEX "plinth_passkey_userId_idx" ON "plinth_passkey"("userId");

-- AddForeignKey
ALTER TABLE "plinth_passkey" ADD CONSTRAINT "plinth_passkey_userId_fkey" FOREIGN KEY ("userId") REFERENCES "Person"("id") ON DELETE CASCADE ON UPDATE CASCADE;
