/** The tools by name. */
export const TOOLS = ['list_messages', 'post_message', 'delete_message'] as const;
export type ToolName = (typeof TOOLS)[number];

/** Scopes of the tools. */
export const READ = 'read:messages';
export const WRITE = 'write:messages';
