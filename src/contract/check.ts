/** Checks that what we answer and send is what both documents promise. */
import { getEndpoint } from './endpoints.js';
import { errorSchema, failuresOf } from './endpoint.js';
import { Attributes, findMessage } from './messages.js';
import { ErrorObject } from './shapes.js';
import { faults } from './validate.js';

/** Checks a message's payload. Returns undefined when it fits, else what is wrong. */
export function validateMessage(name: string, payload: unknown): string | undefined {
  const message = findMessage(name);
  return message === undefined ? `unknown message "${name}"` : faults(message.payload, payload);
}

/** Checks the attributes of a message we send. Returns undefined when they fit, else what is wrong. */
export function validateAttributes(attributes: unknown): string | undefined {
  return faults(Attributes, attributes);
}

/**
 * Checks an answer of an endpoint: a documented status, and the body of that status. An empty body is undefined or ''.
 * Returns undefined when it fits, else what is wrong. Throws for an unknown endpoint name.
 */
export function validateResponse(endpointName: string, status: number, body: unknown): string | undefined {
  const endpoint = getEndpoint(endpointName);
  const success = endpoint.success.find((answer) => answer.status === status);
  const isEmpty = body === undefined || body === null || body === '';
  if (success !== undefined) {
    if (success.schema !== undefined) return faults(success.schema, body);
    return isEmpty ? undefined : 'a body where none is promised';
  }
  if (!failuresOf(endpoint).some((failure) => failure.status === status)) {
    return `the status ${status} of ${endpointName} is not documented`;
  }
  if (endpoint.errorShape === 'page') return undefined;
  // Callers that speak JSON:API get their errors below `errors` from every endpoint.
  const isObject = typeof body === 'object' && body !== null && 'errors' in body;
  const schema = endpoint.errorShape === 'list' && isObject ? ErrorObject : errorSchema(endpoint.errorShape);
  return schema === undefined ? undefined : faults(schema, body);
}
