CREATE TABLE "revocations" (
	"id" uuid PRIMARY KEY NOT NULL,
	"iss" text NOT NULL,
	"sub" text,
	"sid" text,
	"jti" text,
	"logout_jti" text,
	"at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"transaction" bigint DEFAULT pg_current_xact_id()::text::bigint NOT NULL
);
--> statement-breakpoint
ALTER TABLE "audit_entries" ALTER COLUMN "message_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "audit_entries" ADD COLUMN "revoked_claim" text;--> statement-breakpoint
ALTER TABLE "audit_entries" ADD COLUMN "revoked_value" text;--> statement-breakpoint
CREATE UNIQUE INDEX "revocations_logout_jti" ON "revocations" USING btree ("iss","logout_jti");--> statement-breakpoint
CREATE INDEX "revocations_transaction" ON "revocations" USING btree ("transaction","id");--> statement-breakpoint
CREATE INDEX "revocations_expires_at" ON "revocations" USING btree ("expires_at");