/** Whether a route is a health check: frequent, and no work that anybody asked for. */
export const isProbe = (route: string): boolean => route.startsWith('/health/');
