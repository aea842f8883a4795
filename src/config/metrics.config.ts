import { registerAs } from '@nestjs/config';
import { readEnvironment } from './environment.js';

/** Where Prometheus reads metrics. Without a port, none are collected. */
export const metricsConfig = registerAs('metrics', () => {
  const { METRICS_PORT, HOST } = readEnvironment();
  return { port: METRICS_PORT, host: HOST };
});
