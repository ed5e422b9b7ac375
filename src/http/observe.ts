/** Watches every request: how long it took, how it ended, and a span around it for whoever collects traces. */
import { context, SpanKind, trace, type Span } from '@opentelemetry/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';

export interface RequestTold {
  /** The route's pattern, such as `/webhooks/:token`, so that no id becomes a name. */
  endpoint: string;
  status: number;
  seconds: number;
}

/** Adds the hooks. Call it before any route is mounted. */
export function observeRequests(server: FastifyInstance, observe: (told: RequestTold) => void): void {
  const spans = new WeakMap<FastifyRequest, Span>();
  server.addHook('onRequest', (request, _reply, done) => {
    const span = trace
      .getTracer('quittance')
      .startSpan(`${request.method} ${patternOf(request)}`, { kind: SpanKind.SERVER });
    spans.set(request, span);
    context.with(trace.setSpan(context.active(), span), done);
  });
  server.addHook('onResponse', (request, reply, done) => {
    observe({ endpoint: patternOf(request), status: reply.statusCode, seconds: reply.elapsedTime / 1000 });
    spans.get(request)?.setAttribute('http.response.status_code', reply.statusCode).end();
    done();
  });
}

function patternOf(request: FastifyRequest): string {
  return request.routeOptions.url ?? 'unknown';
}
