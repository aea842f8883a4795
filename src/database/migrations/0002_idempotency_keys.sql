CREATE TABLE "idempotency_keys" (
	"author" text NOT NULL,
	"key" text NOT NULL,
	"fingerprint" text NOT NULL,
	"message_id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "idempotency_keys_author_key_pk" PRIMARY KEY("author","key")
);
--> statement-breakpoint
CREATE INDEX "idempotency_keys_created_at" ON "idempotency_keys" USING btree ("created_at");