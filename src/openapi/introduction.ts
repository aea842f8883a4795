/** What holds for every operation, in Markdown. */
export const INTRODUCTION = `
Messages and their moderation. Access tokens protect them.

**Access tokens.** Send an access token of the issuer for this API as
\`Authorization: Bearer TOKEN\`. Every operation says which scopes and claims the token needs.

**Errors** have a JSON body with \`statusCode\` and \`message\`. **401**: the token is missing or
not valid; \`code\` says why, and so does the header \`WWW-Authenticate\`. **403**: the token is
valid but not enough. With \`WWW-Authenticate\` it lacks a scope; without, its subject may not
do this. **503**: try again after the seconds in \`Retry-After\`.

**Pages.** Lists are newest first. Send the \`nextCursor\` of a page as \`cursor\` to get the next
one. The last page has no \`nextCursor\`.
`.trim();
