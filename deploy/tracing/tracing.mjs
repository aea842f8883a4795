// Sends traces of the API to an OpenTelemetry collector: docs/tracing.md says how to use it.
import { register } from 'node:module';
import { FastifyOtelInstrumentation } from '@fastify/otel';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { NodeSDK } from '@opentelemetry/sdk-node';

// Lets the instrumentation see ES modules when they are imported.
register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);

const sdk = new NodeSDK({
  traceExporter: new OTLPTraceExporter(),
  instrumentations: [
    new FastifyOtelInstrumentation({
      registerOnInitialization: true,
      // A span for each hook says little and costs much.
      instrumentHooks: false,
      ignorePaths: ({ url }) => url.startsWith('/health/'),
      // Clients put tokens into paths and queries, so the route stands for them.
      requestHook: (span, { routeOptions }) => {
        span.setAttribute('url.path', routeOptions.url ?? 'unmatched');
      },
    }),
    new PgInstrumentation({ requireParentSpan: true }),
  ],
});
sdk.start();
