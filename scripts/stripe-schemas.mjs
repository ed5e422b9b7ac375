/**
 * Makes JSON Schemas from the installed Stripe SDK's own types: objects as they are answered, parameters as they are
 * sent. Cached per SDK version. Objects inside objects are only named here (`object`); whoever validates walks into them.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import Stripe from 'stripe';
import ts from 'typescript';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const generated = join(root, 'test', '.generated');

/** Schema name -> type in the SDK. `post /v1/…` and `get /v1/…` are parameters of that endpoint. */
const ROOTS = {
  account: 'Account',
  balance: 'Balance',
  balance_transaction: 'BalanceTransaction',
  charge: 'Charge',
  customer: 'Customer',
  deleted_customer: 'DeletedCustomer',
  deleted_webhook_endpoint: 'DeletedWebhookEndpoint',
  event: 'AnyEvent',
  payment_intent: 'PaymentIntent',
  payment_method: 'PaymentMethod',
  payment_method_configuration: 'PaymentMethodConfiguration',
  refund: 'Refund',
  webhook_endpoint: 'WebhookEndpoint',
  'POST /v1/payment_intents': 'PaymentIntentCreateParams',
  'GET /v1/payment_intents': 'PaymentIntentListParams',
  'GET /v1/payment_intents/search': 'PaymentIntentSearchParams',
  'GET /v1/payment_intents/:id': 'PaymentIntentRetrieveParams',
  'POST /v1/payment_intents/:id': 'PaymentIntentUpdateParams',
  'POST /v1/payment_intents/:id/confirm': 'PaymentIntentConfirmParams',
  'POST /v1/payment_intents/:id/capture': 'PaymentIntentCaptureParams',
  'POST /v1/payment_intents/:id/cancel': 'PaymentIntentCancelParams',
  'POST /v1/refunds': 'RefundCreateParams',
  'GET /v1/refunds': 'RefundListParams',
  'POST /v1/refunds/:id': 'RefundUpdateParams',
  'POST /v1/customers': 'CustomerCreateParams',
  'GET /v1/customers': 'CustomerListParams',
  'POST /v1/customers/:id': 'CustomerUpdateParams',
  'GET /v1/charges': 'ChargeListParams',
  'POST /v1/charges/:id': 'ChargeUpdateParams',
  'POST /v1/payment_methods': 'PaymentMethodCreateParams',
  'GET /v1/payment_methods': 'PaymentMethodListParams',
  'POST /v1/payment_methods/:id': 'PaymentMethodUpdateParams',
  'POST /v1/payment_methods/:id/attach': 'PaymentMethodAttachParams',
  'GET /v1/payment_method_configurations': 'PaymentMethodConfigurationListParams',
  'GET /v1/balance_transactions': 'BalanceTransactionListParams',
  'GET /v1/events': 'EventListParams',
  'POST /v1/webhook_endpoints': 'WebhookEndpointCreateParams',
  'GET /v1/webhook_endpoints': 'WebhookEndpointListParams',
  'POST /v1/webhook_endpoints/:id': 'WebhookEndpointUpdateParams',
};

/**
 * The schemas of every root, made when the cache of this SDK version is missing. Safe to run twice at once: both write
 * the same bytes and the file appears by rename. Throws when a type is gone from the SDK.
 *
 * @returns {{ version: string, roots: Record<string, string>, definitions: Record<string, object> }}
 */
export function stripeSchemas() {
  const version = Stripe.PACKAGE_VERSION;
  const wanted = JSON.stringify(ROOTS);
  const file = join(generated, `stripe-${version}.json`);
  if (existsSync(file)) {
    const cached = JSON.parse(readFileSync(file, 'utf8'));
    if (JSON.stringify(cached.wanted) === wanted) return cached;
  }
  const made = { version, wanted: ROOTS, ...generate() };
  writeFileSync(`${file}.${process.pid}`, JSON.stringify(made));
  renameSync(`${file}.${process.pid}`, file);
  return made;
}

function generate() {
  mkdirSync(generated, { recursive: true });
  const entry = join(generated, 'stripe-roots.ts');
  const members = Object.entries(ROOTS).map(([name, type]) => `  ${JSON.stringify(name)}: Stripe.${type};`);
  // What all events have in common; what an event is about is validated by its own type.
  const lines = members.map((line) => line.replace('Stripe.AnyEvent', 'AnyEvent'));
  const imports = `import type Stripe from 'stripe';
interface AnyEvent extends Omit<Stripe.PaymentIntentCreatedEvent, 'type' | 'data'> {
  type: Stripe.Event['type'];
  data: { object: object; previous_attributes?: object };
}
`;
  writeFileSync(entry, `${imports}export interface Roots {\n${lines.join('\n')}\n}\n`);
  const options = {
    strict: true,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    skipLibCheck: true,
    noEmit: true,
  };
  const program = ts.createProgram([entry], options);
  const errors = ts.getPreEmitDiagnostics(program, program.getSourceFile(entry));
  if (errors.length > 0)
    throw new Error(
      ts.formatDiagnostics(errors, {
        getCanonicalFileName: (name) => name,
        getCurrentDirectory: () => root,
        getNewLine: () => '\n',
      }),
    );
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(entry);
  const roots = source.statements.find((node) => ts.isInterfaceDeclaration(node) && node.name.text === 'Roots');
  const writer = createWriter(checker, source);
  const names = {};
  for (const property of checker.getPropertiesOfType(checker.getTypeAtLocation(roots))) {
    names[property.name] = writer.root(checker.getTypeOfSymbolAtLocation(property, source));
  }
  return { roots: names, definitions: writer.definitions };
}

function createWriter(checker, source) {
  const definitions = {};
  const known = new Map();
  // `string & {}`: any other text.
  const isText = (type) => type.isIntersection() && type.types.some((part) => has(part, ts.TypeFlags.String));
  const has = (type, flag) => (type.flags & flag) !== 0;

  const define = (type) => {
    if (known.has(type)) return known.get(type);
    const name = `${checker.typeToString(type).replace(/\W+/g, '_').slice(0, 40)}_${known.size}`;
    known.set(type, name);
    const definition = { type: 'object', properties: {}, required: [], additionalProperties: false };
    definitions[name] = definition;
    const index = checker.getIndexInfoOfType(type, ts.IndexKind.String);
    if (index) definition.additionalProperties = convert(index.type);
    const properties = checker.getPropertiesOfType(type).filter((property) => property.name !== 'lastResponse');
    // An empty interface says nothing about what is inside.
    if (properties.length === 0 && !index) definition.additionalProperties = true;
    for (const property of properties) {
      const value = checker.getTypeOfSymbolAtLocation(property, source);
      const parts = value.isUnion() ? value.types : [value];
      if (parts.every((part) => has(part, ts.TypeFlags.Void | ts.TypeFlags.Undefined))) continue;
      definition.properties[property.name] = convert(value);
      if (!has(property, ts.SymbolFlags.Optional)) definition.required.push(property.name);
    }
    return name;
  };

  /** `object: 'charge'` for an object of the API, undefined for anything else. */
  const apiName = (type) => {
    const symbol = checker.getPropertyOfType(type, 'object');
    const value = symbol && checker.getTypeOfSymbolAtLocation(symbol, source);
    return value?.isStringLiteral() ? value.value : undefined;
  };

  const union = (type) => {
    const parts = type.types.filter((part) => !has(part, ts.TypeFlags.Undefined | ts.TypeFlags.Void));
    const literals = parts.filter((part) => part.isStringLiteral()).map((part) => part.value);
    const open = parts.some(isText);
    const flags = parts.filter((part) => has(part, ts.TypeFlags.BooleanLiteral));
    const rest = parts.filter(
      (part) => !part.isStringLiteral() && !isText(part) && !has(part, ts.TypeFlags.BooleanLiteral),
    );
    const any = rest.map(convert);
    if (open) any.push({ type: 'string' });
    else if (literals.length > 0) any.push({ type: 'string', enum: literals });
    if (flags.length === 2) any.push({ type: 'boolean' });
    else if (flags.length === 1) any.push({ const: checker.typeToString(flags[0]) === 'true' });
    return any.length === 1 ? any[0] : { anyOf: any };
  };

  const convert = (type) => {
    if (has(type, ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return {};
    if (type.isUnion()) return union(type);
    if (type.isStringLiteral() || type.isNumberLiteral()) return { const: type.value };
    if (has(type, ts.TypeFlags.BooleanLiteral)) return { const: checker.typeToString(type) === 'true' };
    if (has(type, ts.TypeFlags.Null)) return { type: 'null' };
    if (has(type, ts.TypeFlags.String) || isText(type)) return { type: 'string' };
    if (has(type, ts.TypeFlags.Number)) return { type: 'number' };
    if (has(type, ts.TypeFlags.Boolean)) return { type: 'boolean' };
    if (checker.isArrayType(type)) return { type: 'array', items: convert(checker.getTypeArguments(type)[0]) };
    const object = apiName(type);
    if (object !== undefined)
      return { type: 'object', properties: { object: { const: object } }, required: ['object'] };
    return { $ref: `#/definitions/${define(type)}` };
  };

  return { definitions, root: (type) => define(type) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { version, definitions } = stripeSchemas();
  console.log(`stripe ${version}: ${Object.keys(definitions).length} definitions`);
}
