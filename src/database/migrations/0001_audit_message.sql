ALTER TABLE "audit_entries" ADD COLUMN "author" text;--> statement-breakpoint
ALTER TABLE "audit_entries" ADD COLUMN "text" text;