/** The metrics of the application, or null without `METRICS_PORT`. */
export const METRICS = Symbol('METRICS');
